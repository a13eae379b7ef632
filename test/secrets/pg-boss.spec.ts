import { readFileSync, writeFileSync } from 'node:fs';
import { migratePgBossSchema, pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../tools/servers/port.mjs';
import { type Output, captureOutput } from '../hostile/support/output.js';
import { startApp } from '../support/app.js';
import { createDatabase, startPostgres } from '../support/postgres.js';
import { until } from '../support/until.js';
import { openPool } from '../schedulers/pg-boss/support/note.job.js';
import { SecretJob } from './support/jobs.js';
import { SECRETS, cleanErrorOf, expectNoSecret } from './support/planted.js';

let output: Output;
beforeEach(() => {
  output = captureOutput();
});
afterEach(() => {
  const text = output.text();
  output.release();
  expectNoSecret(text);
});

const start = (connectionString: string) =>
  startApp({
    jobs: [SecretJob],
    scheduler: pgBossScheduler({ connectionString }),
    operationTimeout: '1s',
  });
const urlOf = (url: string, change: Partial<Pick<URL, 'username' | 'password' | 'port' | 'search'>>) =>
  Object.assign(new URL(url), { username: 'guest', password: SECRETS.password, ...change }).href;

it('a server that is not there', async () => {
  const url = urlOf('postgres://127.0.0.1/x', { port: String(await freePort()) });
  expect((await cleanErrorOf(() => start(url))).message).toMatch(/PostgreSQL cannot be reached/);
  await cleanErrorOf(() => migratePgBossSchema({ connectionString: url }));
});

it.each([
  `postgres://guest:${SECRETS.password}@127.0.0.1:port/x`,
  `postgres://guest:${SECRETS.password}%ZZ@127.0.0.1/x`,
  `guest:${SECRETS.password}@127.0.0.1`,
  `postgres://guest:${SECRETS.password}@[/x`,
])('a connection string that is none: %#', async (url) => {
  await cleanErrorOf(() => start(url));
});

it('a wrong password, and an account without rights', async () => {
  const server = await startPostgres();
  const pool = openPool(server.url);
  await pool.query(`CREATE ROLE guest LOGIN PASSWORD 'another'`);
  await pool.query('REVOKE CREATE ON DATABASE postgres FROM PUBLIC');
  const lacksRights = await cleanErrorOf(() => start(urlOf(server.url, {})));
  expect(lacksRights.message).toMatch(/account may not make or use/);

  const { rows } = await pool.query<{ hba_file: string }>('SHOW hba_file');
  const file = rows[0]!.hba_file;
  writeFileSync(file, `host all guest 127.0.0.1/32 scram-sha-256\n${readFileSync(file, 'utf8')}`);
  await pool.query('SELECT pg_reload_conf()');
  const isRefused = async () =>
    (await cleanErrorOf(() => start(urlOf(server.url, {})))).message.includes(
      'password authentication failed',
    );
  await until(isRefused, 'the password to be asked for');
}, 60_000);

it('an entry that the server refuses, whose row it tells', async () => {
  const url = await createDatabase();
  const { scheduler } = await start(url);
  const pool = openPool(url);
  await pool.query('ALTER TABLE pgboss.job ADD CONSTRAINT picky CHECK (priority <> 7) NOT VALID');
  const options = { priority: 7, metadata: { a: SECRETS.metadata } };
  const calls = [
    () => scheduler.scheduleNow(new SecretJob('well'), options),
    () => scheduler.scheduleMany([{ job: new SecretJob('well'), ...options }]),
    async () => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await scheduler.scheduleNow(new SecretJob('well'), { ...options, transaction: client });
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    },
  ];
  for (const call of calls) expect((await cleanErrorOf(call)).message).toMatch(/picky/);
});
