// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../account.mjs';
import { freePort } from '../port.mjs';
import { signal } from '../processes.mjs';
import { Watch } from '../watch.mjs';
import { findBinary } from './binary.mjs';

const READY_MS = 30_000;
const MOST_PORTS = 5;
const SIGNALS = /** @type {const} */ ({ fast: 'SIGTERM', immediate: 'SIGKILL' });

/**
 * A Redis of our own in a temporary folder, on a loopback port that stays the same. However this process ends, the server
 * and the folder go with it. It keeps an append-only file, and syncs it at every write.
 */
export class RedisServer {
  #binary;
  #folder;
  #watch;
  #settings;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;

  url;

  /**
   * @param {import('./binary.mjs').Binary} binary
   * @param {string} folder
   * @param {Watch} watch
   * @param {number} port
   * @param {Record<string, string | number>} settings
   */
  constructor(binary, folder, watch, port, settings) {
    this.#binary = binary;
    this.#folder = folder;
    this.#watch = watch;
    this.#settings = {
      bind: '127.0.0.1',
      port,
      dir: folder,
      appendonly: 'yes',
      appendfsync: 'always',
      'maxmemory-policy': 'noeviction',
      save: '',
      ...settings,
    };
    this.url = `redis://127.0.0.1:${port}`;
  }

  /**
   * A new server that is ready.
   * @param {object} [options]
   * @param {Record<string, string | number>} [options.settings] as in redis.conf
   */
  static async start({ settings = {} } = {}) {
    const binary = await findBinary();
    for (let tries = 1; ; tries++) {
      const folder = temporaryFolder('eventflow-redis-', undefined);
      const watch = new Watch(folder);
      try {
        const server = new RedisServer(binary, folder, watch, await freePort(), settings);
        await server.start();
        return server;
      } catch (error) {
        await watch.close();
        // Another has taken it since; and that of a cluster's bus, 10,000 above, systems hand out by themselves.
        if (tries === MOST_PORTS || !String(error).includes('Address already in use')) throw error;
      }
    }
  }

  /** Starts it again, with all that it had written, and resolves when it is ready. */
  async start() {
    if (this.#process) throw new Error('The server is running already.');
    const server = this.#run();
    await once(server, 'spawn');
    const pid = /** @type {number} */ (server.pid);
    this.#process = server;
    this.#watch.watch(pid);
    server.once('exit', () => {
      this.#watch.release(pid);
      this.#process = undefined;
    });
    server.unref();
    await this.#ready(server);
  }

  /**
   * Ends it, and resolves when it is gone.
   * @param {keyof typeof SIGNALS} [mode] `immediate`: as by kill -9
   */
  async stop(mode = 'fast') {
    const server = this.#process;
    if (!server) return;
    this.resume();
    const gone = once(server, 'exit');
    server.ref();
    server.kill(SIGNALS[mode]);
    await gone;
  }

  /** Freezes it: connections stay open, new ones are accepted by the system, and nothing answers. */
  pause() {
    const pid = this.#process?.pid;
    if (!pid) throw new Error('The server is not running.');
    signal(pid, 'SIGSTOP');
  }

  resume() {
    const pid = this.#process?.pid;
    if (pid) signal(pid, 'SIGCONT');
  }

  /** Ends it for good, and removes its files. */
  async close() {
    await this.stop('immediate');
    await this.#watch.close();
  }

  #run() {
    const { path, name } = this.#binary;
    const args = Object.entries(this.#settings).flatMap(([setting, value]) => [
      `--${setting}`,
      String(value),
    ]);
    const log = openSync(join(this.#folder, 'log'), 'a');
    try {
      return spawn(path, args, {
        argv0: name,
        cwd: this.#folder,
        // Else a Ctrl-C would end it together with us, and under our feet.
        detached: true,
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
  }

  /** @param {import('node:child_process').ChildProcess} server */
  async #ready(server) {
    for (const end = performance.now() + READY_MS; performance.now() < end; await sleep(10)) {
      if (server.exitCode !== null || server.signalCode !== null) break;
      if (await answers(this.url)) return;
    }
    const log = readFileSync(join(this.#folder, 'log'), 'utf8').split('\n').slice(-20).join('\n');
    throw new Error(`Redis did not start:\n${log}`);
  }
}

/** Not while it still reads its file. @param {string} url */
async function answers(url) {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {}); // that it does not answer yet is the answer
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
