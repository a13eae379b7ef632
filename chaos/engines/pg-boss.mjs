// pg-boss: the processes share a database of a PostgreSQL that is the run's own.
import pg from 'pg';
import { Proxy } from '../../tools/servers/proxy.mjs';
import { PostgresServer } from '../../tools/servers/postgres/server.mjs';

/** What a fault may need. */
export const offers = ['transactionalWork', 'server', 'network', 'postgres'];

/**
 * In the processes that are made to suffer: who watches loads nothing of the library. Who is gone is found out soon, and
 * so a round is short.
 */
export async function createScheduler({ connectionString }, options) {
  const { pgBossScheduler } = await import('nestjs-eventflow-jobs/pg-boss');
  return pgBossScheduler({ connectionString, lease: '4s', ...options });
}

/** In the attempt's own transaction. Nothing keeps a second row out, since to find one is what it is for. */
export function writeEffect(transaction, entry) {
  return transaction.query('INSERT INTO chaos_effects VALUES ($1)', [entry]);
}

let serverOfRun;

/** In the process that watches: a store for one round. */
export async function openStore(_folder, { network }) {
  serverOfRun ??= await PostgresServer.start();
  const proxy = network ? await Proxy.start(Number(new URL(serverOfRun.url).port)) : undefined;
  const store = new PostgresDatabase(serverOfRun, await serverOfRun.createDatabase(), proxy);
  await store.prepare();
  return store;
}

/** After the last round. */
export async function close() {
  await serverOfRun?.close();
}

const STATES = {
  created: 'scheduled',
  retry: 'scheduled',
  active: 'running',
  completed: 'succeeded',
  cancelled: 'cancelled',
  failed: 'failed',
};

/** Reads the tables by SQL and not by the library, which could be wrong twice in the same way. */
class PostgresDatabase {
  #database;

  constructor(server, database, proxy) {
    this.server = server;
    this.proxy = proxy;
    this.#database = database;
    /** Past the network that may be in trouble. */
    this.url = database.url;
    /** What `createScheduler` gets in each process. */
    this.connection = { connectionString: through(database.url, proxy) };
  }

  async prepare() {
    await this.#query('CREATE TABLE chaos_effects (entry text NOT NULL)');
  }

  async entries() {
    const rows = await this.#query(`SELECT id, state::text, output -> 'parked' IS NOT NULL AS parked
      FROM pgboss.job WHERE name NOT LIKE '\\_\\_pgboss%'`);
    const stateOf = ({ state, parked }) =>
      parked && STATES[state] === 'scheduled' ? 'parked' : STATES[state];
    return rows.map((row) => ({ id: row.id, state: stateOf(row) }));
  }

  /** How many have not ended. */
  async remaining() {
    const [{ remaining }] = await this.#query(`SELECT count(*)::int AS remaining FROM pgboss.job
      WHERE name NOT LIKE '\\_\\_pgboss%' AND state IN ('created', 'retry', 'active')`);
    return remaining;
  }

  /** The entry of each effect that is there. */
  async effects() {
    return (await this.#query('SELECT entry FROM chaos_effects')).map(({ entry }) => entry);
  }

  /** What is wrong with the store itself: indexes that say something else than their tables. */
  async damages() {
    const [{ can }] = await this.#query(
      `SELECT count(*) > 0 AS can FROM pg_available_extensions WHERE name = 'amcheck'`,
    );
    if (!can) return [];
    try {
      await this.#query('CREATE EXTENSION IF NOT EXISTS amcheck');
      await this.#query(`SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
        WHERE c.relkind = 'i' AND a.amname = 'btree' AND c.relnamespace = 'pgboss'::regnamespace`);
      return [];
    } catch (error) {
      return [error.message];
    }
  }

  async close() {
    await this.proxy?.close();
    await this.#database.drop();
  }

  async #query(text, values) {
    const client = new pg.Client(this.#database.url);
    client.on('error', () => {}); // the query rejects with the same
    try {
      await client.connect();
      return (await client.query(text, values)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function through(url, proxy) {
  if (!proxy) return url;
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href;
}
