// @ts-check
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Stands between clients and a server on this machine, and does to their connections what a network does. */
export class Proxy {
  #server;
  /** @type {Set<{ client: import('node:net').Socket, upstream: import('node:net').Socket }>} */
  #pairs = new Set();
  #isHeld = false;

  /** @param {number} target the server's port */
  constructor(target) {
    this.#server = createServer((client) => this.#join(client, target));
  }

  /**
   * @param {number} target the server's port
   * @returns {Promise<Proxy>}
   */
  static async start(target) {
    const proxy = new Proxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Where clients connect to. */
  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  /** Drops every connection, without a word to either side's application. */
  cut() {
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  /** What the server says does not come through any more, though it hears all; then the connection is cut. */
  loseAnswers() {
    for (const { client, upstream } of this.#pairs) {
      upstream.unpipe(client);
      upstream.resume();
      setTimeout(() => {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      }, 50);
    }
  }

  /** The server's side ends, as it does at an orderly end, while the clients could still send. */
  halfClose() {
    for (const { client } of this.#pairs) client.end();
  }

  /** Nothing comes through, either way, until it is let go: nothing is lost by that. */
  hold() {
    this.#isHeld = true;
    for (const { client, upstream } of this.#pairs) {
      client.pause();
      upstream.pause();
    }
  }

  letGo() {
    this.#isHeld = false;
    for (const { client, upstream } of this.#pairs) {
      client.resume();
      upstream.resume();
    }
  }

  async close() {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  /**
   * @param {import('node:net').Socket} client
   * @param {number} target
   */
  #join(client, target) {
    const upstream = connect(target, '127.0.0.1');
    const pair = { client, upstream };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
    }
    client.pipe(upstream).pipe(client);
    if (this.#isHeld) {
      client.pause();
      upstream.pause();
    }
  }
}
