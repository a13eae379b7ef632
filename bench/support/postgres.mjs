import { makeWorkerUtils, run as runGraphile } from 'graphile-worker';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { PostgresServer } from '../../tools/servers/postgres/server.mjs';
import { startApp } from './app.mjs';

/** Connections that each contestant has. */
const CONNECTIONS = 10;

let server;

/** A new database on the server of this case, which writes to disk as in production; the server ends with the process. */
export async function withDatabase(run) {
  server ??= await PostgresServer.start();
  const { url, drop } = await server.createDatabase();
  try {
    return await run(url);
  } finally {
    await drop();
  }
}

export const startOurs = (url, worker) =>
  startApp({ scheduler: pgBossScheduler({ connectionString: url, max: CONNECTIONS }), worker });

/** pg-boss with a queue of a table of its own, as ours has and as its documentation advises for many jobs. */
export async function startPgBoss(url) {
  const boss = new PgBoss({ connectionString: url, max: CONNECTIONS });
  boss.on('error', () => {});
  await boss.start();
  await boss.createQueue('reminders', { partition: true, notify: true });
  return boss;
}

export async function graphileUtils(url) {
  const pgPool = poolOf(url);
  const utils = await makeWorkerUtils({ pgPool, logger: SILENT });
  await utils.migrate();
  return Object.assign(utils, { end: () => utils.release().then(() => pgPool.end()) });
}

/** Its own pool would not listen for the end of its connections. */
function poolOf(url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** With a local queue of 500, and completions gathered, as its page on performance advises. */
export async function startGraphile(url, concurrency, taskList, localQueue) {
  const pgPool = poolOf(url);
  const preset = {
    worker: {
      concurrentJobs: concurrency,
      pollInterval: 2_000,
      ...(localQueue && { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }),
    },
  };
  const runner = await runGraphile({ preset, pgPool, taskList, logger: SILENT, noHandleSignals: true });
  return () => runner.stop().then(() => pgPool.end());
}

const SILENT = { scope: () => SILENT, error() {}, warn() {}, info() {}, debug() {} };
