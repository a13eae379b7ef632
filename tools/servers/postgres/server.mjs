// @ts-check
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount, temporaryFolder } from '../account.mjs';
import { freePort } from '../port.mjs';
import { childrenOf, signal } from '../processes.mjs';
import { Watch } from '../watch.mjs';
import { findBinaries } from './binaries.mjs';
import { Cluster } from './cluster.mjs';
import { createDatabase, query } from './database.mjs';

const READY_MS = 60_000;
const SIGNALS = /** @type {const} */ ({ fast: 'SIGINT', immediate: 'SIGQUIT' });

/**
 * A PostgreSQL of our own in a temporary folder, on a loopback port that stays the same. However this process ends, the
 * server and the folder go with it. It writes to disk as in production: fsync is on. Only where it is asked to keep its
 * files in memory, it does that if it can: a process that is killed loses nothing by it, and databases are made faster.
 */
export class PostgresServer {
  #cluster;
  #watch;
  #settings;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  /** @type {number[]} */
  #frozen = [];

  /** The database `postgres`, as superuser and without a password. */
  url;

  /**
   * @param {Cluster} cluster
   * @param {Watch} watch
   * @param {number} port
   * @param {Record<string, string | number>} settings
   */
  constructor(cluster, watch, port, settings) {
    this.#cluster = cluster;
    this.#watch = watch;
    this.#settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      max_connections: 300,
      ...settings,
    };
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /**
   * A new server that is ready.
   * @param {object} [options]
   * @param {Record<string, string | number>} [options.settings] as in postgresql.conf
   * @param {boolean} [options.inMemory] where the machine has a roomy file system in memory
   * @param {string[]} [options.places] folders to look for its programs in, instead of the machine's usual ones
   */
  static async start({ settings = {}, inMemory, places } = {}) {
    const account = serverAccount();
    const folder = temporaryFolder('eventflow-postgres-', account, { inMemory });
    const watch = new Watch(folder);
    try {
      const cluster = new Cluster(folder, findBinaries(folder, places), account);
      await cluster.create();
      const server = new PostgresServer(cluster, watch, await freePort(), settings);
      await server.start();
      return server;
    } catch (error) {
      await watch.close();
      throw error;
    }
  }

  /** @param {Parameters<typeof createDatabase>[1]} [options] */
  createDatabase(options) {
    return createDatabase(this.url, options);
  }

  /** Starts it again, with all that was committed, and resolves when it is ready. */
  async start() {
    if (this.#process) throw new Error('The server is running already.');
    const server = this.#cluster.run(this.#settings);
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
   * Ends it and its connections, and resolves when it is gone.
   * @param {'fast' | 'immediate'} [mode] immediate is a crash: nothing more is written, and the next start recovers
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
    // It comes first, so that it starts nothing more while we look for what it has started.
    signal(pid, 'SIGSTOP');
    const children = childrenOf(pid);
    for (const child of children) signal(child, 'SIGSTOP');
    this.#frozen = [...children, pid];
  }

  resume() {
    for (const pid of this.#frozen) signal(pid, 'SIGCONT');
    this.#frozen = [];
  }

  /** Ends it for good, and removes its files. */
  async close() {
    await this.stop('immediate');
    await this.#watch.close();
  }

  /** @param {import('node:child_process').ChildProcess} server */
  async #ready(server) {
    const end = performance.now() + READY_MS;
    for (;;) {
      try {
        return await query(this.url, 'SELECT 1');
      } catch (error) {
        const ended = server.exitCode !== null || server.signalCode !== null;
        if (!ended && performance.now() < end) await sleep(10);
        else throw new Error(`PostgreSQL did not start:\n${this.#cluster.lastWords()}`, { cause: error });
      }
    }
  }
}
