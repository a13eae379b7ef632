import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Job, type JobContext, JobVersion } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startApp } from '../../support/app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const gates = new Map<string, () => void>();

@JobVersion('Writing.Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  async execute({ signal }: JobContext): Promise<void> {
    if (!this.text.startsWith('gate')) return;
    await new Promise<void>((resolve) => {
      gates.set(this.text, resolve);
      signal.addEventListener('abort', () => resolve());
    });
  }
}

let file: string;
beforeEach(() => {
  gates.clear();
  const folder = temporaryFolder();
  file = join(folder, 'jobs.db');
});

const start = (worker: false | { concurrency: number } = { concurrency: 50 }) =>
  startApp({ jobs: [NoteJob], scheduler: sqliteScheduler({ file }), worker });

function open(): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 5000');
  onTestFinished(() => database.close());
  return database;
}

const one = (database: DatabaseSync, sql: string) => Number(Object.values(database.prepare(sql).get()!)[0]);

it('an entry that runs is written in place: the table does not grow', async () => {
  const producer = await start(false);
  const size = 3_000;
  for (let i = 0; i < size; i += 500) {
    await producer.scheduler.scheduleMany(
      Array.from({ length: 500 }, (_, index) => ({ job: new NoteJob(`${i + index} ${'x'.repeat(200)}`) })),
    );
  }
  await producer.nest.close();
  const database = open();
  const before = one(database, 'PRAGMA page_count') - one(database, 'PRAGMA freelist_count');
  const { scheduler } = await start();
  await until(async () => (await scheduler.counts()).succeeded === size, 'all to have run');
  const after = one(database, 'PRAGMA page_count') - one(database, 'PRAGMA freelist_count');
  // The index of what has ended takes a few pages; that of what waits gives back as many.
  expect(after).toBeLessThan(before * 1.05);
  expect(one(database, 'SELECT count(*) FROM eventflow_jobs_entries WHERE room IS NOT NULL')).toBe(0);
});

describe('while entries run', () => {
  it('their worker is known to hold them, and they are listed and counted in every process', async () => {
    const { scheduler } = await start({ concurrency: 3 });
    const other = await start(false);
    const ids = await scheduler.scheduleMany(
      ['gate 1', 'gate 2', 'gate 3'].map((text) => ({ job: new NoteJob(text) })),
    );
    await until(() => gates.size === 3, 'all three to run');
    const listed = await other.scheduler.list({ state: 'running' });
    expect(listed.entries.map(({ id }) => id)).toEqual(ids);
    expect(await other.scheduler.counts()).toMatchObject({ scheduled: 0, running: 3, succeeded: 0 });
    const held = 'SELECT json_array_length(held) FROM eventflow_jobs_workers';
    const database = open();
    expect(one(database, held)).toBe(3);

    gates.get('gate 2')!();
    await until(async () => (await other.scheduler.counts()).succeeded === 1, 'one to end');
    expect(one(database, held)).toBe(2);
    expect((await other.scheduler.list({ state: 'running' })).entries.map(({ id }) => id)).toEqual([
      ids[0],
      ids[2],
    ]);
    expect((await other.scheduler.list({ state: 'succeeded' })).entries.map(({ id }) => id)).toEqual([
      ids[1],
    ]);
  });

  it('what a worker has counted counts for all when it goes', async () => {
    const { nest, scheduler } = await start({ concurrency: 3 });
    await scheduler.scheduleMany(Array.from({ length: 20 }, (_, i) => ({ job: new NoteJob(`${i}`) })));
    await until(async () => (await scheduler.counts()).succeeded === 20, 'all to have run');
    await nest.close();
    const database = open();
    expect(one(database, 'SELECT count(*) FROM eventflow_jobs_workers')).toBe(0);
    expect(one(database, 'SELECT count FROM eventflow_jobs_counts WHERE state = 2')).toBe(20);
    expect(one(database, 'SELECT sum(count) FROM eventflow_jobs_counts')).toBe(20);
  });
});

describe('a queue or a priority that a worker has not met before', () => {
  it.each(['the same', 'another'])('is found when %s process schedules into it', async (which) => {
    const working = await start();
    const scheduling = which === 'another' ? await start(false) : working;
    for (const options of [{}, { queue: 'mail' }, { priority: 7 }, { queue: 'mail', priority: -7 }]) {
      const id = await scheduling.scheduler.scheduleNow(new NoteJob('x'), options);
      const done = async () => (await working.scheduler.get(id))?.state === 'succeeded';
      await until(done, JSON.stringify(options));
    }
  });

  it('is found after more of them than a worker remembers', async () => {
    const { scheduler } = await start();
    const jobs = Array.from({ length: 40 }, (_, i) => ({
      job: new NoteJob(`${i}`),
      queue: `q${i % 20}`,
      priority: i,
    }));
    await scheduler.scheduleMany(jobs);
    await until(async () => (await scheduler.counts()).succeeded === 40, 'all to have run');
  });
});

it('lists what has succeeded, page by page, be it few or many', async () => {
  const { scheduler } = await start();
  const ids: string[] = [];
  for (const count of [500, 501, 499]) {
    const when = 0;
    const jobs = Array.from({ length: count }, (_, i) => ({ job: new NoteJob(`${i}`), when }));
    ids.push(...(await scheduler.scheduleMany(jobs)));
    await until(async () => (await scheduler.counts()).succeeded === ids.length, 'all to have run');
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await scheduler.list({ state: 'succeeded', limit: 150, ...(cursor && { cursor }) });
      listed.push(...page.entries.map(({ id }) => id));
      ({ cursor } = page);
    } while (cursor !== undefined);
    expect(listed).toEqual(ids);
  }
});
