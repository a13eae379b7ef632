import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UnusableSchemaError, pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { beforeEach, describe, expect, it } from 'vitest';
import { startError } from '../../support/app.js';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

const CLI = new URL('../../../node_modules/pg-boss/dist/cli.js', import.meta.url).pathname;

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
    async follow({ message }: Error): Promise<void> {
      const command = /`npx pg-boss (.*?)`/.exec(message)![1]!.split(' ');
      const args = [CLI, ...command, '--connection-string', url];
      await promisify(execFile)(process.execPath, args);
    },
  };
}

describe('{ migrate: false }', () => {
  it('on an empty database: names the command, and makes nothing; after it, it starts', async () => {
    const { url, objects, error, follow } = await setUp();

    const refusal = await error({ migrate: false });
    expect(refusal).toBeInstanceOf(UnusableSchemaError);
    expect(refusal.message).toMatch(/not installed.*`npx pg-boss migrate --schema pgboss`/);
    expect(await objects()).toEqual([]);

    await follow(refusal);
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
    expect(refusal.message).toMatch(/version 45 .*version 46.*`npx pg-boss migrate --schema pgboss`/);
    expect(await objects()).toEqual(before);
    expect((await pool.query('SELECT version FROM pgboss.version')).rows).toEqual([{ version: 45 }]);
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
    expect(refusal.message).toMatch(/version 77\b.*version 1\b/);
  });
});
