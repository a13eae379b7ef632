import { PgBoss } from 'pg-boss';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startError } from '../../support/app.js';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

function newBoss(connectionString: string, options: object = {}): PgBoss {
  const boss = new PgBoss({ connectionString, ...options });
  boss.on('error', () => {});
  onTestFinished(() => boss.stop({ graceful: false }));
  return boss;
}

const connectionsOf = async (url: string) => {
  const { rows } = await openPool(url).query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  return rows[0]!.count;
};

describe('{ connectionString }', () => {
  it('closes its connections with the app', async () => {
    const url = await createDatabase();
    const { scheduler, nest } = await startOn({ connectionString: url });
    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.includes('a'));
    expect(await connectionsOf(url)).toBeGreaterThan(0);

    await nest.close();

    await until(async () => (await connectionsOf(url)) === 1, 'none but that which asked before');
  });

  it('keeps to its schema', async () => {
    const url = await createDatabase();
    const first = await startOn({ connectionString: url, schema: 'first' }, { worker: false });
    const second = await startOn({ connectionString: url, schema: '"Second One"' });

    const inFirst = await first.scheduler.scheduleNow(new NoteJob('first'));
    const inSecond = await second.scheduler.scheduleNow(new NoteJob('second'));
    await until(() => ran.includes('second'));

    expect(ran).toEqual(['second']);
    expect(await second.scheduler.get(inFirst)).toBeUndefined();
    expect(await first.scheduler.get(inSecond)).toBeUndefined();
  });
});

it('{ schema } in other letters is the same schema, and word of what is due comes through', async () => {
  const url = await createDatabase();
  const producer = await startOn({ connectionString: url, schema: 'Jobs' }, { worker: false });
  await startOn({ connectionString: url, schema: 'jobs' });

  for (const text of ['a', 'b', 'c', 'd']) {
    const began = performance.now();
    await producer.scheduler.scheduleNow(new NoteJob(text));
    await until(() => ran.includes(text));
    // Whoever only looks around by himself takes up to two seconds.
    expect(performance.now() - began).toBeLessThan(1_000);
  }
});

describe('{ pool }', () => {
  it('works on the pool of the app, and leaves it open', async () => {
    const pool = openPool(await createDatabase());
    const { scheduler, nest } = await startOn({ pool });
    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.includes('a'));

    await nest.close();

    expect(pool.ended).toBe(false);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('{ boss }', () => {
  it('works beside what the app does with its PgBoss, and leaves it started', async () => {
    const boss = newBoss(await createDatabase());
    await boss.start();
    await boss.createQueue('own');
    const { scheduler, nest } = await startOn(
      { boss, transactionalWork: true },
      { worker: { concurrency: 5 } },
    );
    const jobs: unknown[] = [];
    await boss.work('own', { pollingIntervalSeconds: 0.5 }, async (found) => void jobs.push(...found));

    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.includes('a'));
    await nest.close();
    const id = await boss.send('own', { text: 'b' });

    await until(() => jobs.length > 0, 'the job of the app');
    expect(jobs).toMatchObject([{ id, data: { text: 'b' } }]);
  });

  it('runs what is scheduled in a transaction of its own', async () => {
    const boss = newBoss(await createDatabase());
    await boss.start();
    const { scheduler } = await startOn({ boss });
    const { db, commit } = await boss.getDb().beginTransaction!();

    const id = await scheduler.scheduleNow(new NoteJob('a'), { transaction: db });
    expect(await scheduler.get(id)).toBeUndefined();
    await commit();

    await until(() => ran.includes('a'));
  });

  it('tells a job that ends the transaction of its attempt itself, and does not count it as succeeded', async () => {
    const boss = newBoss(await createDatabase());
    await boss.start();
    const { scheduler } = await startOn({ boss, transactionalWork: true }, { worker: { concurrency: 5 } });
    behaviours.set('ends', async ({ transaction }) => {
      await (transaction as { executeSql(text: string): Promise<unknown> }).executeSql('ROLLBACK');
    });

    const id = await scheduler.scheduleNow(new NoteJob('ends'));

    const isOver = async () => (await scheduler.get(id))?.state === 'failed';
    await until(isOver, 'the attempt to fail');
    expect((await scheduler.get(id))!.lastError!.message).toContain('has ended the transaction');
  });

  it('that is not started: says so, and what to do', async () => {
    const boss = newBoss(await createDatabase());

    const error = await startError({ scheduler: pgBossScheduler({ boss }) });

    expect(error.message).toMatch(/is not started: `await boss.start\(\)` before the app starts/);
  });

  it('of another schema: says so, whether or not ours is there', async () => {
    const url = await createDatabase();
    const boss = newBoss(url, { schema: 'other' });
    await boss.start();

    const error = await startError({ scheduler: pgBossScheduler({ boss }) });
    expect(error.message).toMatch(/another schema than pgboss: name it in `schema`/);
    await newBoss(url).start();
    const second = await startError({ scheduler: pgBossScheduler({ boss }) });
    expect(second.message).toBe(error.message);

    const { scheduler } = await startOn({ boss, schema: 'other' });
    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.includes('a'));
  });
});
