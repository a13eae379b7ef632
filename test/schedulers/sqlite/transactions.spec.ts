import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  InvalidScheduleError,
  type Job,
  type JobContext,
  JobScheduler,
  JobVersion,
  SchedulerUnavailableError,
} from 'nestjs-eventflow-jobs';
import {
  type SqliteSchedulerOptions,
  UnusableStoreError,
  sqliteScheduler,
} from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { errorOf, startApp, startError } from '../../support/app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { SharedFile } from './support/worker-process.js';

const ran: string[] = [];
const behaviours = new Map<string, (context: JobContext) => Promise<void> | void>();

@JobVersion('Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  async execute(context: JobContext): Promise<void> {
    ran.push(this.text);
    await behaviours.get(this.text)?.(context);
  }
}

let folder: string;
let file: string;
beforeEach(() => {
  ran.length = 0;
  behaviours.clear();
  folder = temporaryFolder();
  file = join(folder, 'app.db');
});

function open(path = file, options = {}): DatabaseSync {
  const database = new DatabaseSync(path, options);
  database.exec('PRAGMA busy_timeout = 5000');
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

const start = (options: SqliteSchedulerOptions, more = {}) =>
  startApp({ jobs: [NoteJob], scheduler: sqliteScheduler(options), ...more });

const texts = (database: DatabaseSync) =>
  database
    .prepare('SELECT text FROM orders ORDER BY text')
    .all()
    .map(({ text }) => text);

function withOrders(database: DatabaseSync): DatabaseSync {
  database.exec('CREATE TABLE orders (text TEXT)');
  return database;
}

describe('{ database }: the file of the app', () => {
  it('keeps entries beside its tables, and leaves its handle alone', async () => {
    const database = withOrders(open());
    const { scheduler } = await start({ database });

    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.length === 1);

    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const others = tables
      .map(({ name }) => String(name))
      .filter((name) => !name.startsWith('eventflow_jobs_'));
    expect(others.filter((name) => !name.startsWith('sqlite_'))).toEqual(['orders']);
    expect(database.isTransaction).toBe(false);
  });

  it.each([{ readBigInts: true }, { returnArrays: true }])(
    'takes a handle that reads as %o',
    async (options) => {
      const database = open(file, options);
      const { scheduler } = await start({ database }, { worker: false });
      database.exec('BEGIN');
      await scheduler.schedule(new NoteJob('a'), 1000, { key: 'k', transaction: database });
      const again = { key: 'k', onConflict: 'replace', transaction: database } as const;
      const id = await scheduler.schedule(new NoteJob('b'), 1000, again);
      database.exec('COMMIT');
      expect(await scheduler.get({ key: 'k' })).toMatchObject({ id, state: 'scheduled' });
      expect(await scheduler.counts()).toMatchObject({ scheduled: 1, cancelled: 1 });
    },
  );

  it('refuses one in memory', async () => {
    const error = await startError({ scheduler: sqliteScheduler({ database: open(':memory:') }) });
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toContain('inProcessScheduler()');
  });
});

describe('transaction: the database on which the app has one open', () => {
  it('commits its entries with it, and then they run', async () => {
    const database = withOrders(open());
    const { scheduler } = await start({ database });
    database.exec("BEGIN; INSERT INTO orders VALUES ('order')");
    const ids = await scheduler.scheduleMany([{ job: new NoteJob('a') }, { job: new NoteJob('b') }], {
      transaction: database,
    });
    ids.push(await scheduler.scheduleNow(new NoteJob('c'), { transaction: database }));
    expect(await scheduler.counts()).toMatchObject({ scheduled: 0 });
    expect(ran).toEqual([]);

    database.exec('COMMIT');

    await until(() => ran.length === 3);
    await until(async () => (await scheduler.counts()).succeeded === 3);
    expect(new Set(ids).size).toBe(3);
  });

  it('leaves nothing of what is rolled back, a nested savepoint included', async () => {
    const database = withOrders(open());
    const { scheduler } = await start({ database });
    const transaction = database;
    database.exec('BEGIN');
    await scheduler.scheduleNow(new NoteJob('kept'), { transaction });
    database.exec('SAVEPOINT inner');
    const gone = await scheduler.scheduleNow(new NoteJob('gone'), { transaction, key: 'k' });
    database.exec('ROLLBACK TO inner; RELEASE inner; COMMIT');
    database.exec('BEGIN');
    await scheduler.scheduleNow(new NoteJob('gone too'), { transaction, key: 'k' });
    database.exec('ROLLBACK');
    const last = await scheduler.schedule(new NoteJob('later'), 60_000, { key: 'k', onConflict: 'reject' });

    await until(() => ran.includes('kept'));
    await until(async () => (await scheduler.counts()).succeeded === 1);
    expect(await scheduler.get(gone)).toBeUndefined();
    expect(await scheduler.get({ key: 'k' })).toMatchObject({ id: last });
    expect(await scheduler.counts()).toMatchObject({ scheduled: 1, succeeded: 1, cancelled: 0 });
    expect(ran).toEqual(['kept']);
  });

  it('knows the keys inside it, and a refused entry does not end it', async () => {
    const database = withOrders(open());
    const { scheduler } = await start({ database }, { worker: false });
    const transaction = database;
    database.exec('BEGIN');
    const first = await scheduler.scheduleNow(new NoteJob('a'), { transaction, key: 'k' });
    expect(await scheduler.scheduleNow(new NoteJob('b'), { transaction, key: 'k' })).toBe(first);
    const refused = scheduler.scheduleMany(
      [{ job: new NoteJob('c') }, { job: new NoteJob('d'), key: 'k', onConflict: 'reject' }],
      { transaction },
    );
    expect((await errorOf(() => refused)).constructor.name).toBe('DuplicateJobKeyError');
    const replaced = await scheduler.scheduleNow(new NoteJob('e'), {
      transaction,
      key: 'k',
      onConflict: 'replace',
    });
    database.exec("INSERT INTO orders VALUES ('order'); COMMIT");

    expect(texts(database)).toEqual(['order']);
    expect(await scheduler.get({ key: 'k' })).toMatchObject({ id: replaced });
    expect(await scheduler.counts()).toMatchObject({ scheduled: 1, cancelled: 1 });
  });

  it('refuses what is no such transaction, and says why', async () => {
    const database = open();
    const { scheduler } = await start({ database }, { worker: false, operationTimeout: 500 });
    const refusal = (transaction: unknown) =>
      errorOf(() => scheduler.scheduleNow(new NoteJob('a'), { transaction }));
    const other = open(join(folder, 'other.db'));
    other.exec('BEGIN');
    const memory = open(':memory:');
    memory.exec('BEGIN');
    const closed = open();
    closed.close();

    for (const [transaction, text] of [
      [database, 'no transaction is open'],
      [other, 'but entries lie in'],
      [memory, 'but entries lie in'],
      [closed, 'is closed'],
      [{}, 'must be the DatabaseSync'],
      ['tx', 'must be the DatabaseSync'],
      [null, 'must be the DatabaseSync'],
    ] as const) {
      const error = await refusal(transaction);
      expect(error).toBeInstanceOf(InvalidScheduleError);
      expect(error.message).toContain(text);
    }
    expect(await scheduler.counts()).toMatchObject({ scheduled: 0 });
  });

  it('says that the store is busy where another writes, and the transaction can go on', async () => {
    const database = open();
    database.exec('PRAGMA busy_timeout = 50');
    const { scheduler } = await start({ database }, { worker: false });
    const other = open();
    other.exec('BEGIN IMMEDIATE');
    database.exec('BEGIN');
    const busy = await errorOf(() => scheduler.scheduleNow(new NoteJob('a'), { transaction: database }));
    expect(busy).toBeInstanceOf(SchedulerUnavailableError);
    other.exec('COMMIT');
    await scheduler.scheduleNow(new NoteJob('b'), { transaction: database });
    database.exec('COMMIT');
    expect(await scheduler.counts()).toMatchObject({ scheduled: 1 });
  });

  it('takes a handle that was closed and opened again', async () => {
    const database = open();
    const { scheduler } = await start({ database }, { worker: false });
    for (let round = 0; round < 2; round++) {
      database.exec('BEGIN');
      await scheduler.scheduleNow(new NoteJob('a'), { transaction: database });
      database.exec('COMMIT');
      database.close();
      database.open();
    }
    expect(await scheduler.counts()).toMatchObject({ scheduled: 2 });
  });
});

describe('transactionalWork', () => {
  const write = (context: JobContext, text: string) =>
    (context.transaction as DatabaseSync).prepare('INSERT INTO orders VALUES (?)').run(text);

  it('commits what the job writes with its completion, and nothing of a job that throws', async () => {
    const database = withOrders(open());
    const { scheduler } = await start({ database, transactionalWork: true });
    behaviours.set('writes', (context) => void write(context, 'written'));
    behaviours.set('throws', (context) => {
      write(context, 'thrown away');
      throw new Error('no');
    });
    const id = await scheduler.scheduleNow(new NoteJob('throws'), { attempts: 1 });
    await scheduler.scheduleNow(new NoteJob('writes'));

    await until(async () => {
      const { succeeded, failed } = await scheduler.counts();
      return succeeded === 1 && failed === 1;
    });
    expect(texts(database)).toEqual(['written']);
    expect(await scheduler.get(id)).toMatchObject({ state: 'failed', lastError: { message: 'no' } });
  });

  it('schedules in the same transaction: there with the completion, or never', async () => {
    const { scheduler } = await start({ file, transactionalWork: true });
    const follow = async ({ get, transaction }: JobContext) => {
      await get(JobScheduler).scheduleNow(new NoteJob('next'), { transaction });
    };
    behaviours.set('throws', async (context) => {
      await follow(context);
      throw new Error('no');
    });
    await scheduler.scheduleNow(new NoteJob('throws'), { attempts: 1 });
    await until(async () => (await scheduler.counts()).failed === 1);
    expect(await scheduler.counts()).toMatchObject({ scheduled: 0, succeeded: 0 });
    behaviours.set('follows', follow);
    await scheduler.scheduleNow(new NoteJob('follows'));

    await until(() => ran.includes('next'));
    await until(async () => (await scheduler.counts()).succeeded === 2);
    expect(ran).toEqual(['throws', 'follows', 'next']);
  });

  it('keeps what goes on in a timed-out job out of the transaction of the next', async () => {
    const database = withOrders(open());
    const { scheduler } = await start({ database, transactionalWork: true });
    let goOn = () => {};
    const late = new Promise<void>((resolve) => (goOn = resolve));
    let lateError: unknown;
    behaviours.set('slow', async (context) => {
      write(context, 'before');
      await late;
      try {
        write(context, 'after');
      } catch (error) {
        lateError = error;
      }
    });
    behaviours.set('next', async (context) => {
      write(context, 'next');
      goOn();
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await scheduler.scheduleNow(new NoteJob('slow'), { attempts: 1, timeout: 50 });
    await until(async () => (await scheduler.counts()).failed === 1);
    await scheduler.scheduleNow(new NoteJob('next'));

    await until(async () => (await scheduler.counts()).succeeded === 1);
    expect(lateError).toBeInstanceOf(Error);
    expect(texts(database)).toEqual(['next']);
  });

  it('a backlog of attempts shuts out neither calls nor processes that start', async () => {
    const options = { operationTimeout: 1_500 };
    const { scheduler } = await start({ file, transactionalWork: true }, options);
    behaviours.set('slow', () => new Promise((resolve) => setTimeout(resolve, 300)));
    const entries = Array.from({ length: 10 }, () => ({ job: new NoteJob('slow') }));
    await scheduler.scheduleMany(entries);
    await until(() => ran.length > 0);

    await scheduler.schedule(new NoteJob('meanwhile'), '1h');
    const second = await start({ file, transactionalWork: true }, options);
    await second.scheduler.schedule(new NoteJob('from another'), '1h');
    expect(ran.length).toBeLessThan(10);

    await until(async () => (await scheduler.counts()).succeeded === 10, 'all to end');
  }, 30_000);

  it('a job that closes its transaction has failed, and harms nothing else', async () => {
    const { scheduler } = await start({ file, transactionalWork: true });
    behaviours.set('closes', ({ transaction }) => (transaction as DatabaseSync).close());
    behaviours.set('closes and throws', ({ transaction }) => {
      (transaction as DatabaseSync).close();
      throw new Error('no');
    });
    const first = await scheduler.scheduleNow(new NoteJob('closes'), { attempts: 1 });
    await scheduler.scheduleNow(new NoteJob('closes and throws'), { attempts: 1 });
    await scheduler.scheduleNow(new NoteJob('innocent'));

    await until(async () => (await scheduler.counts()).succeeded === 1, 'the innocent to end');
    expect(await scheduler.counts()).toMatchObject({ running: 0, failed: 2 });
    expect((await scheduler.get(first))?.lastError?.message).toContain('has closed `context.transaction`');
  });

  it.each(['COMMIT', 'ROLLBACK', 'COMMIT; BEGIN', 'ROLLBACK; BEGIN'])(
    'a job that says %s itself has failed, and is told why',
    async (ending) => {
      const database = withOrders(open());
      const { scheduler } = await start({ database, transactionalWork: true });
      behaviours.set('ends', (context) => {
        write(context, 'order');
        (context.transaction as DatabaseSync).exec(ending);
      });
      behaviours.set('innocent', (context) => void write(context, 'of the innocent'));
      const id = await scheduler.scheduleNow(new NoteJob('ends'));
      await scheduler.scheduleNow(new NoteJob('innocent'));

      await until(async () => {
        const { succeeded, failed } = await scheduler.counts();
        return succeeded === 1 && failed === 1;
      }, 'both to end');
      const error = (await scheduler.get(id))?.lastError;
      expect(error?.message).toContain('has ended the transaction of `context.transaction`');
      expect(texts(database)).toEqual(['of the innocent', ...(ending.startsWith('COMMIT') ? ['order'] : [])]);
    },
  );

  it('tells a job that schedules beside its transaction in time, without blocking the event loop', async () => {
    const { scheduler } = await start({ file, transactionalWork: true }, { operationTimeout: 400 });
    let turns = 0;
    let told: unknown;
    behaviours.set('beside', async ({ get }) => {
      const counting = setInterval(() => turns++, 1);
      told = await errorOf(() => get(JobScheduler).scheduleNow(new NoteJob('x')));
      clearInterval(counting);
    });
    await scheduler.scheduleNow(new NoteJob('beside'));

    await until(async () => (await scheduler.counts()).succeeded === 1);
    expect(told).toBeInstanceOf(SchedulerUnavailableError);
    expect((told as Error).message).toContain('context.transaction');
    expect(turns).toBeGreaterThan(150);
  });
});

describe('transactionalWork in a process that is killed', () => {
  const library = useCompiledLibrary();

  it('leaves the effect and the completion, or neither; then each effect is there once', async () => {
    const shared = new SharedFile(library.folder);
    const options = { transactionalWork: true };
    let process = await shared.start(options);
    const database = open(shared.file);
    database.exec('CREATE TABLE effects (name TEXT)');
    const names: string[] = [];

    for (let round = 0; round < 4; round++) {
      const batch = Array.from({ length: 10 }, (_, index) => `${round}.${index}`);
      await Promise.all(
        batch.map((name) => process.schedule('EffectJob', [name, 5, `next ${name}`], 0, { attempts: 20 })),
      );
      names.push(...batch);
      await shared.line('begin', `${round}.${round * 2}`);
      await process.kill();
      const done = `SELECT count(*) AS n FROM eventflow_jobs_entries WHERE name = 'Effect' AND state = 2`;
      const followed = `SELECT count(*) AS n FROM eventflow_jobs_entries WHERE name = 'Step'`;
      const count = (sql: string) => (database.prepare(sql).get() as { n: number }).n;
      expect(count('SELECT count(*) AS n FROM effects')).toBe(count(done));
      expect(count(followed)).toBe(count(done));
      process = await shared.start(options);
    }
    await until(
      () => shared.lines('end').filter(({ name }) => name.startsWith('next')).length >= names.length,
    );

    const effects = database
      .prepare('SELECT name FROM effects')
      .all()
      .map(({ name }) => String(name));
    expect(effects.toSorted()).toEqual(names.toSorted());
  }, 40_000);
});
