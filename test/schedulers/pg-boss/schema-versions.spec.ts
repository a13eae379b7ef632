import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { PgBoss } from 'pg-boss';
import { EventFlowJobsModule, JobScheduler } from 'nestjs-eventflow-jobs';
import { UnusableSchemaError, migratePgBossSchema, pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { beforeEach, describe, expect, it } from 'vitest';
import { startError } from '../../support/app.js';
import { createDatabase } from '../../support/postgres.js';
import { recordLog } from '../../support/log.js';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { NoteJob, forget, openPool, ran, startOn } from './support/note.job.js';

const library = useCompiledLibrary();
/** What is ours, as its first version made it. */
const AS_OF_VERSION_1 = `
  DROP FUNCTION pgboss.eventflow_claim, pgboss.eventflow_settle;
  ALTER TABLE pgboss.eventflow_workers DROP COLUMN about;
  DROP INDEX pgboss.eventflow_failed, pgboss.eventflow_parked;
  DO $$ BEGIN EXECUTE (
    SELECT format('CREATE INDEX eventflow_parked ON %s (id) WHERE output -> ''parked'' IS NOT NULL', indrelid::regclass)
    FROM pg_index WHERE indexrelid = 'pgboss.eventflow_due'::regclass
  ); END $$;
  UPDATE pgboss.eventflow_schema SET version = 1`;

beforeEach(forget);

const ROLE = 'without_ddl';

async function setUp() {
  const url = await createDatabase();
  const pool = openPool(url);
  return {
    url,
    pool,
    /** All that the schema holds, by name. */
    async objects(): Promise<string[]> {
      const { rows } = await pool.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace('pgboss') ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    },
    error: (options: object = {}) =>
      startError({ scheduler: pgBossScheduler({ connectionString: url, ...options }) }),
    /** The command as the error names it. */
    async follow({ message }: Error, env: Record<string, string> = {}): Promise<string> {
      const command = /`npx eventflow-jobs-pg-boss (.*?)`/.exec(message)![1]!.split(' ');
      const program = join(library.folder, 'schedulers/pg-boss/cli.js');
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...command], {
        env: { ...process.env, DATABASE_URL: url, ...env },
      });
      return stdout;
    },
    /** An account that may read and write there, and make nothing. */
    async accountWithoutRights(): Promise<string> {
      await pool.query(
        `DO $$ BEGIN CREATE ROLE ${ROLE} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$`,
      );
      const asRole = new URL(url);
      asRole.username = ROLE;
      return asRole.href;
    },
    grant: () =>
      pool.query(`
        GRANT USAGE ON SCHEMA pgboss TO ${ROLE};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO ${ROLE};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgboss TO ${ROLE};
      `),
  };
}

describe('{ migrate: false }', () => {
  it('on an empty database: names the command, and makes nothing; after it, it starts', async () => {
    const { url, objects, error, follow } = await setUp();

    const refusal = await error({ migrate: false });
    expect(refusal).toBeInstanceOf(UnusableSchemaError);
    expect(refusal.message).toMatch(/not installed.*`npx eventflow-jobs-pg-boss migrate --schema pgboss`/);
    expect(await objects()).toEqual([]);

    expect(await follow(refusal)).toBe('Schema pgboss is up to date.\n');
    const { scheduler } = await startOn({ connectionString: url, migrate: false });
    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.includes('a'));
  });

  it('on an older schema: names both versions and the command, and changes nothing', async () => {
    const { url, pool, objects, error } = await setUp();
    await (await startOn({ connectionString: url })).nest.close();
    await pool.query('UPDATE pgboss.version SET version = 45');
    const before = await objects();

    const refusal = await error({ migrate: false });

    expect(refusal).toBeInstanceOf(UnusableSchemaError);
    expect(refusal.message).toMatch(
      /version 45 .*version 46.*`npx eventflow-jobs-pg-boss migrate --schema pgboss`/,
    );
    expect(await objects()).toEqual(before);
    expect((await pool.query('SELECT version FROM pgboss.version')).rows).toEqual([{ version: 45 }]);
  });

  it('where only what is ours is older or missing: makes nothing either', async () => {
    const { url, pool, objects, error, follow } = await setUp();
    await (await startOn({ connectionString: url })).nest.close();
    await pool.query(AS_OF_VERSION_1);
    const before = await objects();

    const refusal = await error({ migrate: false });
    expect(refusal).toBeInstanceOf(UnusableSchemaError);
    expect(refusal.message).toMatch(
      /version 1 of what eventflow-jobs keeps.*version 5 is needed.*`npx event/,
    );
    expect(await objects()).toEqual(before);

    await follow(refusal);
    await (await startOn({ connectionString: url, migrate: false })).nest.close();

    await pool.query('DROP TABLE pgboss.eventflow_schema');
    expect((await error({ migrate: false })).message).toMatch(/version 0 of what eventflow-jobs keeps/);
  });

  it('where pg-boss is there, and our queue is not: makes nothing either', async () => {
    const { url, objects, error } = await setUp();
    const boss = new PgBoss(url);
    await boss.start();
    await boss.stop({ graceful: false });
    const before = await objects();

    const refusal = await error({ migrate: false });

    expect(refusal).toBeInstanceOf(UnusableSchemaError);
    expect(refusal.message).toMatch(/no queue 'eventflow-jobs'.*`npx eventflow-jobs-pg-boss migrate/);
    expect(await objects()).toEqual(before);
  });
});

describe('an account that may create nothing', () => {
  it('is told the command, runs on what that has made, and schedules and works there', async () => {
    const { follow, accountWithoutRights, grant, error } = await setUp();
    const connectionString = await accountWithoutRights();

    const refusal = await error({ connectionString });
    expect(refusal).toBeInstanceOf(UnusableSchemaError);
    expect(refusal.message).toMatch(
      /`npx eventflow-jobs-pg-boss migrate --schema pgboss` by an account that may/,
    );
    await expect(follow(refusal, { DATABASE_URL: connectionString })).rejects.toThrow(
      /by an account that may/,
    );

    await follow(refusal);
    await grant();
    for (const migrate of [false, true]) {
      const { scheduler, nest } = await startOn({ connectionString, migrate });
      await scheduler.schedule(new NoteJob(`migrate: ${migrate}`), 0, { key: 'a' });
      await scheduler.scheduleRecurring('tick', new NoteJob('tick'), { every: '1h' });
      await until(() => ran.includes(`migrate: ${migrate}`));
      await nest.close();
    }
  });
});

it('migratePgBossSchema() makes all that the app would, and may be called again', async () => {
  const { url, objects } = await setUp();

  await migratePgBossSchema({ connectionString: url });
  const made = await objects();
  await migratePgBossSchema({ connectionString: url });
  await (await startOn({ connectionString: url })).nest.close();

  expect(await objects()).toEqual(made);
});

it('what version 1 has made and stored is brought up to date at start, and goes on', async () => {
  const { url, pool } = await setUp();
  const before = await startOn({ connectionString: url }, { worker: false });
  const id = await before.scheduler.schedule(new NoteJob('without a key'), 0);
  await before.scheduler.schedule(new NoteJob('with a key'), 0, { key: 'a' });
  const waiting = await before.scheduler.schedule(new NoteJob('cancelled'), '1h');
  await before.nest.close();
  await pool.query(`UPDATE pgboss.job
    SET singleton_key = coalesce(singleton_key, id::text), policy = 'short', blocked = false`);
  await pool.query(AS_OF_VERSION_1);

  const { scheduler } = await startOn({ connectionString: url });

  await until(() => ran.length === 2, 'both to run');
  expect(ran.toSorted()).toEqual(['with a key', 'without a key']);
  expect(await scheduler.get(id)).not.toHaveProperty('key');
  expect(await scheduler.cancel(waiting)).toBe(true);
  await expect.poll(() => scheduler.counts()).toMatchObject({ succeeded: 2, cancelled: 1, scheduled: 0 });
  expect((await pool.query('SELECT version FROM pgboss.eventflow_schema')).rows).toEqual([{ version: 5 }]);
});

it('a migration lets others pass while a long transaction holds the table, and is done after it', async () => {
  const { url, pool } = await setUp();
  const before = await startOn({ connectionString: url }, { worker: false });
  await pool.query(AS_OF_VERSION_1);
  const attempt = await pool.connect();
  await attempt.query('BEGIN');
  await attempt.query(`UPDATE pgboss.job SET priority = 1 WHERE name = 'eventflow-jobs'`);
  const log = recordLog();

  const starting = startOn({ connectionString: url }, { worker: false });
  await until(() => log.some((line) => line.includes('It is tried again')), 'the first turn to end');
  const id = await before.scheduler.schedule(new NoteJob('meanwhile'), '1h');
  await attempt.query('COMMIT');
  attempt.release();

  const { scheduler } = await starting;
  expect(await scheduler.get(id)).toMatchObject({ state: 'scheduled' });
  expect((await pool.query('SELECT version FROM pgboss.eventflow_schema')).rows).toEqual([{ version: 5 }]);
  expect(log.filter((line) => line.includes('It is tried again'))).toHaveLength(1);
});

it('a tool that only looks reads what an older release of ours has stored, and leaves it so', async () => {
  const { url, pool, objects } = await setUp();
  const before = await startOn({ connectionString: url }, { worker: false });
  const id = await before.scheduler.schedule(new NoteJob('waiting'), '1h');
  await before.nest.close();
  await pool.query(AS_OF_VERSION_1);
  const found = await objects();

  const module = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({
        jobs: [NoteJob],
        scheduler: pgBossScheduler({ connectionString: url }),
      }),
    ],
  }).compile();
  const scheduler = module.get(JobScheduler);
  scheduler.attach({ ...scheduler['core'], readsOnly: true });

  expect((await scheduler.list()).entries).toMatchObject([{ id, name: 'Note', state: 'scheduled' }]);
  expect(await scheduler.workers()).toEqual([]);
  expect(await scheduler.queues()).toMatchObject([{ name: 'default', scheduled: 1 }]);
  await scheduler['shutDown']();
  expect(await objects()).toEqual(found);
  expect((await pool.query('SELECT version FROM pgboss.eventflow_schema')).rows).toEqual([{ version: 1 }]);
});

describe('{ backend }', () => {
  it.each(['cockroachdb', 'yugabytedb', 'pglite'] as const)(
    '%s is refused, and nothing is made',
    async (backend) => {
      const { objects, error } = await setUp();

      const refusal = await error({ backend });

      expect(refusal.message).toMatch(
        new RegExp(
          `cannot run on ${backend}: .*Give it a PostgreSQL \\(13 or later\\) or the coordinator of a Citus`,
        ),
      );
      expect(await objects()).toEqual([]);
    },
  );

  it('citus, which is PostgreSQL to us, is passed on', async () => {
    const { url } = await setUp();
    const { scheduler } = await startOn({ connectionString: url, backend: 'citus' });
    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.includes('a'));
  });

  it('that is not named, of a server that only speaks the protocol, is found by what the server says', async () => {
    const { pool, objects } = await setUp();
    const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
    pool.query = ((...args: unknown[]) =>
      JSON.stringify(args[0]).includes('version()')
        ? Promise.resolve({ rows: [{ version: 'CockroachDB CCL v25.1.0 (x86_64)' }] })
        : query(...args)) as typeof pool.query;

    const refusal = await startError({ scheduler: pgBossScheduler({ pool }) });

    expect(refusal.message).toMatch(/cannot run on cockroachdb: claims are made of/);
    expect(await objects()).toEqual([]);
  });
});

describe('a newer schema', () => {
  it("of pg-boss's is refused, by both versions, and nothing changes", async () => {
    const { url, pool, objects, error } = await setUp();
    await (await startOn({ connectionString: url })).nest.close();
    await pool.query('UPDATE pgboss.version SET version = 999');
    const before = await objects();

    for (const options of [{}, { migrate: false }]) {
      const refusal = await error(options);
      expect(refusal).toBeInstanceOf(UnusableSchemaError);
      expect(refusal.message).toMatch(/version 999 .*version 46/);
    }

    expect(await objects()).toEqual(before);
    expect((await pool.query('SELECT version FROM pgboss.version')).rows).toEqual([{ version: 999 }]);
  });

  it('of ours is refused, by both versions', async () => {
    const { url, pool, error } = await setUp();
    await (await startOn({ connectionString: url })).nest.close();
    await pool.query('UPDATE pgboss.eventflow_schema SET version = 77');

    const refusal = await error();

    expect(refusal).toBeInstanceOf(UnusableSchemaError);
    expect(refusal.message).toMatch(/version 77\b.*version 5\b/);
  });
});
