import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CommandHandler } from '@nestjs/cqrs';
import {
  type ListFilter,
  type Job,
  type JobContext,
  JobVersion,
  SnoozeJobError,
} from 'nestjs-eventflow-jobs';
import { type SqliteTuning, sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startApp } from '../../support/app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

@JobVersion('Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  execute({ attempt, progress }: JobContext): void {
    progress(0.5);
    if (this.text === 'retried' && attempt < 2) throw new Error('no');
    if (this.text === 'failed') throw new Error('no');
    if (this.text === 'snoozed') throw new SnoozeJobError('1 hour');
  }
}

class MailCommand {
  constructor(readonly to: string) {}
}

@CommandHandler(MailCommand)
class MailHandler {
  async execute(): Promise<void> {}
}

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'jobs.db');
});

const start = (tuning: SqliteTuning = {}, worker: false | { concurrency: number } = { concurrency: 50 }) =>
  startApp(
    { jobs: [NoteJob], scheduler: sqliteScheduler({ file, ...tuning }), worker },
    { providers: [MailHandler] },
  );

function open(): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 5000');
  onTestFinished(() => database.close());
  return database;
}

describe('every statement', () => {
  it('seeks in an index: how many entries lie there makes no difference', async () => {
    const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare');
    onTestFinished(() => prepared.mockRestore());
    const { nest, scheduler, commands } = await start({ retention: { count: 3 } });
    const notes = ['a', 'b', 'c', 'd', 'failed', 'retried', 'snoozed'].map((text) => ({
      job: new NoteJob(text),
    }));
    await scheduler.scheduleMany(
      notes.map((one) => ({ ...one, attempts: 2, backoff: { type: 'fixed', delay: 1 } })),
    );
    const later = await scheduler.schedule(new NoteJob('later'), 60_000, { key: 'k' });
    await commands.schedule(new MailCommand('x'), 60_000, { key: 'k', onConflict: 'replace' });
    for (const ref of [{ key: 'k' }, { key: 'none' }, later]) await scheduler.get(ref);
    await scheduler.reschedule({ key: 'k' }, 120_000);
    await scheduler.cancel({ key: 'k' });
    for (const state of ['scheduled', 'running', 'succeeded', 'failed', 'cancelled', 'parked'] as const)
      await scheduler.list({ state });
    const filters = [{ name: 'Note' }, { name: 'PublishCommand' }, { command: 'MailCommand' }, { key: 'k' }];
    const more: ListFilter[] = [{ queue: 'default' }, {}, { state: ['failed', 'scheduled'] }];
    for (const filter of [...filters, ...more]) await scheduler.list(filter);
    await scheduler.counts();
    await until(async () => (await scheduler.counts()).succeeded <= 3, 'the first round of pruning');
    await scheduler.retry(later);
    await nest.close();

    const statements = new Set(
      prepared.mock.calls.map(([sql]) => sql).filter((sql) => /jobs_entries/.test(sql)),
    );
    const database = open();
    const plans = [...statements].map((sql) => ({
      sql,
      plan: database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail)),
    }));
    expect(plans.length).toBeGreaterThan(25);
    expect(
      plans.filter(({ plan }) => plan.some((step) => step.startsWith('SCAN eventflow_jobs_entries'))),
    ).toEqual([]);
    // What runs is few, and so is what has succeeded while it is asked for so; all else comes in the order of an index.
    const sorted = plans.filter(({ plan }) => plan.some((step) => /TEMP B-TREE/.test(step)));
    expect(sorted.filter(({ sql }) => !/json_each\(held\)|finished_at IS NOT NULL/.test(sql))).toEqual([]);
    const indexOf = (part: RegExp) =>
      plans.filter(({ sql }) => part.test(sql)).map(({ plan }) => plan.join());
    for (const [part, index] of [
      [/run_at <= \?/, 'eventflow_jobs_waiting (queue=? AND priority=? AND run_at<?)'],
      [/min\(run_at\) AS at/, 'eventflow_jobs_waiting (queue=? AND priority=? AND run_at>?)'],
      [/RECURSIVE groups/, 'eventflow_jobs_waiting (queue>?)'],
      [/RECURSIVE groups/, 'eventflow_jobs_waiting (queue=? AND priority>?)'],
      [/RECURSIVE groups/, 'eventflow_jobs_waiting (queue=? AND priority=?)'],
      [/finished_at < \?/, 'eventflow_jobs_finished (finished_at>? AND finished_at<?)'],
      [/WHERE id = \?/, 'sqlite_autoindex_eventflow_jobs_entries_1 (id=?)'],
      [/WHERE held_key = \?/, 'eventflow_jobs_held (held_key=?)'],
      [/key = \? AND key IS NOT NULL AND|key IS NOT NULL ORDER BY seq DESC/, 'eventflow_jobs_keys (key=?'],
      [/= \? AND command_name IS NOT NULL/, 'eventflow_jobs_names (<expr>=? AND seq>'],
      [/= \? AND command_name IS NULL/, 'eventflow_jobs_names (<expr>=? AND seq>'],
      [/finished_at < \d+ AND state = 2/, 'eventflow_jobs_finished (finished_at>? AND finished_at<?)'],
      [/state = [345] AND state > 2/, 'eventflow_jobs_states (state=?'],
      [/owner = \? AND cancel_requested IS NOT NULL/, 'eventflow_jobs_stopping (cancel_requested>?)'],
      [/json_each/, 'eventflow_jobs_entries USING INTEGER PRIMARY KEY (rowid=?)'],
    ] as const) {
      expect(indexOf(part).length, String(part)).toBeGreaterThan(0);
      for (const plan of indexOf(part)) expect(plan).toContain(index);
    }
  });
});

describe('finished entries', () => {
  const LONG = 'x'.repeat(4_000);

  it('go beyond their number, in steps; the counts are right, and the file gives its space back', async () => {
    const first = await start();
    for (let index = 0; index < 3_000; index += 500) {
      await first.scheduler.scheduleMany(
        Array.from({ length: 500 }, (_, one) => ({ job: new NoteJob(`${LONG}${index + one}`) })),
      );
    }
    await until(async () => (await first.scheduler.counts()).succeeded === 3_000, 'all to have run');
    await first.nest.close();
    const before = statSync(file).size;

    const { scheduler } = await start({ retention: { count: 40 } });
    await until(async () => (await scheduler.counts()).succeeded === 40, 'the surplus to go');
    await until(() => statSync(file).size < before / 3, 'the file to shrink');

    const database = open();
    const [{ n }] = database.prepare('SELECT count(*) AS n FROM eventflow_jobs_entries').all() as [
      { n: number },
    ];
    expect(n).toBe(40);
    const kept = (await scheduler.list({ state: 'succeeded' })).entries.map(({ finishedAt }) => +finishedAt!);
    expect(kept).toHaveLength(40);
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  });

  it('go beyond their age, the parked and the waiting do not', async () => {
    const first = await start({}, false);
    await first.scheduler.schedule(new NoteJob('waits'), 3_600_000);
    await first.scheduler.scheduleMany(
      Array.from({ length: 300 }, (_, index) => ({
        job: new NoteJob('x'),
        key: `${index}`,
        when: 3_600_000,
      })),
    );
    for (let index = 0; index < 300; index++) await first.scheduler.cancel({ key: `${index}` });
    await first.scheduler.scheduleNow(new NoteJob('parked'));
    await first.nest.close();
    const database = open();
    database.exec(
      "UPDATE eventflow_jobs_entries SET data = '?' WHERE state = 0 AND run_at < unixepoch() * 1000 + 1000",
    );

    const { scheduler } = await start({ retention: { age: 1 } });
    await until(async () => (await scheduler.counts()).cancelled === 0, 'the old ones to go');
    expect(await scheduler.counts()).toMatchObject({ scheduled: 1, parked: 1, cancelled: 0 });
  });
});

/** Waiting entries, put into the file at once; a tenth is of a higher priority. */
function fill(database: DatabaseSync, rows: number): void {
  database.exec(`
    INSERT INTO eventflow_jobs_entries
      (id, name, version, data, state, run_at, scheduled_at, queue, priority, attempts)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      SELECT 'filled-' || i, 'Note', 1, '{"json":{"text":"x"}}', 0, unixepoch() * 1000 + 3600000 + i,
        0, 'default', i % 10 = 0, 10 FROM n;
    UPDATE eventflow_jobs_counts SET count = count + ${rows} WHERE state = 0;`);
}

it('to start and to run the first entry takes as long with 300,000 that wait as with 1,000', async () => {
  const times: number[] = [];
  for (const rows of [1_000, 300_000]) {
    file = join(folder, `${rows}.db`);
    const before = await start({}, false);
    const id = await before.scheduler.schedule(new NoteJob('first'), 0);
    await before.nest.close();
    const database = new DatabaseSync(file);
    fill(database, rows);
    database.close();

    const began = performance.now();
    const { nest, scheduler, events } = await start();
    let isDone = false;
    events.all$.subscribe(({ type, id: of }) => (isDone ||= type === 'succeeded' && of === id));
    await until(async () => isDone || (await scheduler.get(id))?.state === 'succeeded');
    times.push(performance.now() - began);
    const listed = performance.now();
    for (const filter of [{ name: 'Note' }, { state: 'scheduled' }, { state: 'failed' }, {}] as const)
      await scheduler.list({ ...filter, limit: 10 });
    await scheduler.counts();
    times.push(performance.now() - listed);
    await nest.close();
  }
  const [openFew, listFew, openMany, listMany] = times as [number, number, number, number];
  expect(openMany).toBeLessThan(openFew * 3 + 100);
  expect(listMany).toBeLessThan(listFew * 3 + 100);
}, 60_000);

it('a list that has to look at every entry lets the event loop turn', async () => {
  const { scheduler } = await start({}, false);
  fill(open(), 200_000);
  let longest = 0;
  let turns = 0;
  let last = performance.now();
  const counting = setInterval(() => {
    turns++;
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const { entries, cursor } = await scheduler.list({ queue: 'none' });
  clearInterval(counting);
  expect(entries).toEqual([]);
  expect(cursor).toBeUndefined();
  expect(turns).toBeGreaterThan(5);
  expect(longest).toBeLessThan(100);
});
