import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  DuplicateJobKeyError,
  type EventFlowJobsModuleOptions,
  type Job,
  type JobContext,
  JobScheduler,
  JobVersion,
  type ScheduleEntry,
  SchedulerUnavailableError,
} from 'nestjs-eventflow-jobs';
import { type SqliteSchedulerOptions, sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorOf, startApp } from '../../support/app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const ran: string[] = [];
const behaviours = new Map<string, (context: JobContext) => Promise<void>>();

@JobVersion('LargeInserts.Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  async execute(context: JobContext): Promise<void> {
    ran.push(this.text);
    await behaviours.get(this.text)?.(context);
  }
}

/** Many times what is written in one turn of the event loop, by number or by size. */
const MANY = 20_000;
const VERY_MANY = 60_000;
const LARGE = { entries: 80, text: 'x'.repeat(1_000_000) };

let file: string;
beforeEach(() => {
  ran.length = 0;
  behaviours.clear();
  const folder = temporaryFolder();
  file = join(folder, 'jobs.db');
});

const start = (
  more: Partial<EventFlowJobsModuleOptions> = {},
  options: Partial<SqliteSchedulerOptions> = {},
) => startApp({ jobs: [NoteJob], scheduler: sqliteScheduler({ file, ...options }), worker: false, ...more });

const notes = (count: number, more: Partial<ScheduleEntry> = {}): ScheduleEntry[] =>
  Array.from({ length: count }, (_, index) => ({ job: new NoteJob(`note ${index}`), when: '1h', ...more }));

/** What it resolves to, and what was seen in each turn of the event loop until then. */
async function watching<T, S>(
  work: Promise<T>,
  look: () => S | Promise<S>,
): Promise<{ result: T; seen: S[] }> {
  const seen: S[] = [];
  const over = new AbortController();
  const watched = (async () => {
    while (!over.signal.aborted) {
      seen.push(await look());
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  try {
    return { result: await work, seen };
  } finally {
    over.abort();
    await watched;
  }
}

describe('scheduleMany() of more than is written in one turn of the event loop', () => {
  it.each([
    ['many', () => notes(VERY_MANY)],
    ['large ones', () => notes(LARGE.entries).map((entry) => ({ ...entry, job: new NoteJob(LARGE.text) }))],
  ])('lets it turn, and shows all or none: %s', async (_, entries) => {
    const { scheduler } = await start();
    const all = entries();

    const { result: ids, seen } = await watching(
      scheduler.scheduleMany(all),
      async () => (await scheduler.counts()).scheduled,
    );

    expect(new Set(ids).size).toBe(all.length);
    expect(seen.filter((scheduled) => scheduled === 0).length).toBeGreaterThan(4);
    expect(seen.filter((scheduled) => scheduled !== 0 && scheduled !== all.length)).toEqual([]);
    expect((await scheduler.list({ limit: 5 })).entries.map(({ id }) => id)).toEqual(ids.slice(0, 5));
    expect(await scheduler.counts()).toMatchObject({ scheduled: all.length });
  });

  it('stores none where the last is refused, and takes the next', async () => {
    const { scheduler } = await start();
    const holder = await scheduler.schedule(new NoteJob('holder'), '1h', { key: 'taken' });
    const refused = [
      ...notes(MANY),
      { job: new NoteJob('refused'), key: 'taken', onConflict: 'reject' } as const,
    ];

    const error = await errorOf(() => scheduler.scheduleMany(refused));

    expect(error).toBeInstanceOf(DuplicateJobKeyError);
    expect(error.message).toContain(holder);
    expect(await scheduler.counts()).toMatchObject({ scheduled: 1 });
    await scheduler.scheduleMany(notes(MANY));
    expect(await scheduler.counts()).toMatchObject({ scheduled: MANY + 1 });
  });

  it('knows the keys within it, and of what was there', async () => {
    const { scheduler } = await start();
    const kept = await scheduler.schedule(new NoteJob('kept'), '1h', { key: 'kept' });
    const replaced = await scheduler.schedule(new NoteJob('old'), '1h', { key: 'replaced' });
    const entries: ScheduleEntry[] = [
      { job: new NoteJob('first'), when: '1h', key: 'twice' },
      ...notes(MANY),
      { job: new NoteJob('second'), when: '1h', key: 'twice' },
      { job: new NoteJob('other'), when: '1h', key: 'kept' },
      { job: new NoteJob('new'), when: '1h', key: 'replaced', onConflict: 'replace' },
    ];

    const ids = await scheduler.scheduleMany(entries);

    expect(ids[MANY + 1]).toBe(ids[0]);
    expect(ids[MANY + 2]).toBe(kept);
    expect(await scheduler.get({ key: 'replaced' })).toMatchObject({ id: ids[MANY + 3] });
    expect(await scheduler.get(replaced)).toMatchObject({ state: 'cancelled' });
    expect(await scheduler.counts()).toMatchObject({ scheduled: MANY + 3, cancelled: 1 });
  });

  it('keeps no call from being carried out, which is made meanwhile, nor another such one', async () => {
    const { scheduler } = await start();

    const all = await Promise.all([
      scheduler.scheduleMany(notes(MANY)),
      scheduler.schedule(new NoteJob('one'), '1h'),
      scheduler.scheduleMany(notes(MANY)),
      scheduler.scheduleMany(notes(2)),
    ]);

    expect(new Set(all.flat()).size).toBe(2 * MANY + 3);
    expect(await scheduler.counts()).toMatchObject({ scheduled: 2 * MANY + 3 });
  });

  it('is carried out by an app that closes, and is there when it opens again', async () => {
    const { nest, scheduler } = await start();
    const scheduled = [scheduler.scheduleMany(notes(MANY)), scheduler.scheduleMany(notes(MANY))];
    await nest.close();
    await Promise.all(scheduled);

    const again = await start();
    expect(await again.scheduler.counts()).toMatchObject({ scheduled: 2 * MANY });
  });

  it('runs each once, here and in another app on the file', async () => {
    const { scheduler } = await start({ worker: { concurrency: 50 } });
    const other = await start({ worker: { concurrency: 50 } });
    const texts = notes(2_000).map(({ job }) => (job as NoteJob).text);

    await scheduler.scheduleMany(notes(2_000, { when: 0 }));

    await until(async () => (await other.scheduler.counts()).succeeded === 2_000, 'all to succeed');
    expect(ran.toSorted()).toEqual(texts.toSorted());
  });

  it('is refused in time while somebody else writes, and does not appear later', async () => {
    const { scheduler } = await start({ operationTimeout: 300 });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');

    const began = performance.now();
    const { result: error, seen } = await watching(
      errorOf(() => scheduler.scheduleMany(notes(MANY))),
      () => undefined,
    );

    const waited = performance.now() - began;
    other.exec('COMMIT');
    other.close();
    expect(error).toBeInstanceOf(SchedulerUnavailableError);
    expect(waited).toBeGreaterThanOrEqual(300);
    expect(waited).toBeLessThan(3_000);
    expect(error.message).toContain('database is locked');
    expect(seen.length).toBeGreaterThan(10);
    await scheduler.scheduleMany(notes(MANY));
    expect(await scheduler.counts()).toMatchObject({ scheduled: MANY });
  });

  it.each(['FULL', 'NORMAL'] as const)(
    'in a row leave the file to others between them, synchronous %s',
    async (synchronous) => {
      const { scheduler } = await start({}, { synchronous });
      const order: string[] = [];
      const note = (what: string) => () => order.push(what);

      const many = Array.from({ length: 5 }, () => scheduler.scheduleMany(notes(2_000)).then(note('many')));
      await Promise.all([...many, scheduler.schedule(new NoteJob('one'), '1h').then(note('one'))]);

      expect(order.indexOf('one')).toBeLessThan(3);
    },
  );

  it('keeps an app that writes to the same file by a handle of its own from nothing', async () => {
    const database = new DatabaseSync(file);
    const { scheduler } = await startApp({
      jobs: [NoteJob],
      scheduler: sqliteScheduler({ database }),
      worker: false,
    });

    const { seen } = await watching(scheduler.scheduleMany(notes(MANY)), () =>
      database.exec('BEGIN IMMEDIATE; COMMIT'),
    );

    expect(seen.length).toBeGreaterThan(0);
    expect(await scheduler.counts()).toMatchObject({ scheduled: MANY });
    database.close();
  });

  it('meets a damaged file as any call does, and nothing more is written to that', async () => {
    const { scheduler } = await start();
    await scheduler.schedule(new NoteJob('one'), '1h');
    writeFileSync(file, Buffer.alloc(statSync(file).size, 0x5a));

    const error = await errorOf(() => scheduler.scheduleMany(notes(MANY)));

    expect(error).toBeInstanceOf(SchedulerUnavailableError);
    expect(error.message).toContain(`${file} is damaged`);
    await expect(scheduler.counts()).rejects.toThrow(`${file} is damaged`);
  });

  it('is told in time that it stands beside the transaction of its job', async () => {
    const { scheduler } = await start({ operationTimeout: 300, worker: true }, { transactionalWork: true });
    let told: Error | undefined;
    let waited = 0;
    behaviours.set('beside', async ({ get }) => {
      const began = performance.now();
      told = await errorOf(() => get(JobScheduler).scheduleMany(notes(MANY)));
      waited = performance.now() - began;
    });
    await scheduler.scheduleNow(new NoteJob('beside'));

    await until(async () => (await scheduler.counts()).succeeded === 1);
    expect(told).toBeInstanceOf(SchedulerUnavailableError);
    expect(told!.message).toContain('context.transaction');
    expect(waited).toBeGreaterThanOrEqual(300);
    expect(waited).toBeLessThan(3_000);
    expect(await scheduler.counts()).toMatchObject({ scheduled: 0 });
  });
});
