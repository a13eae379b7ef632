import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { describe, expect, it, vi } from 'vitest';
import { until } from '../support/until.js';
import { fill, pendingOf, recurringOf } from './support/filled-store.js';
import { FlakyJob, NewerJob, NoteJob, ran, startMoveApp } from './support/move-jobs.js';
import { runMove } from './support/run-move.js';
import { type StoreKind, createStore } from './support/stores.js';

// Two stores are made, and filled by three apps.
vi.setConfig({ testTimeout: 60_000 });

const ROUTES: [StoreKind, StoreKind][] = [
  ['sqlite', 'sqlite'],
  ['sqlite', 'pg-boss'],
  ['pg-boss', 'bullmq'],
  ['bullmq', 'sqlite'],
];

describe.each(ROUTES)('A move from %s to %s', (from, to) => {
  it('takes everything over as it is, reads the source only, and takes nothing over twice', async () => {
    const source = await createStore(from);
    const target = await createStore(to);
    const ids = await fill(source);
    const reader = await startMoveApp(source.scheduler());
    const before = await pendingOf(reader.scheduler);
    expect(before.entries.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.values(ids)));
    const count = before.entries.length;

    const first = await runMove(source, target);

    expect(first).toMatchObject({ code: 0, report: { entries: { copied: count, known: 0, conflicts: [] } } });
    expect(first.report.recurring.copied.toSorted()).toEqual(['daily', 'often', 'tidy']);
    expect(first.report.pausedQueues).toEqual(['held']);
    const { scheduler } = await startMoveApp(target.scheduler());
    const after = await pendingOf(scheduler);
    expect(after.entries).toEqual(before.entries);
    expect(after.recurring).toEqual(before.recurring);
    expect(after.reasons).toEqual(before.reasons);
    const { succeeded: _, ...counts } = await reader.scheduler.counts();
    expect(await scheduler.counts()).toEqual({ ...counts, succeeded: 0 });
    expect(await pendingOf(reader.scheduler)).toEqual(before);

    // One has ended on the target meanwhile, and one has another time.
    await scheduler.cancel(ids.later);
    await scheduler.reschedule(ids.again, '9h');
    await scheduler.resumeRecurring('often');
    const changed = await pendingOf(scheduler);
    const second = await runMove(source, target);

    expect(second).toMatchObject({ code: 0, report: { entries: { copied: 0, known: count } } });
    expect(second.report.recurring).toEqual({
      copied: [],
      known: expect.arrayContaining(['daily', 'often', 'tidy']),
    });
    expect(await pendingOf(scheduler)).toEqual(changed);
  });

  it('leaves keys with those that hold them, attempts where they were, and ticks when they come', async () => {
    const source = await createStore(from);
    const target = await createStore(to);
    const ids = await fill(source);
    expect(await runMove(source, target)).toMatchObject({ code: 0 });
    const reader = await startMoveApp(source.scheduler());
    const declared = await recurringOf(reader.scheduler, 'tidy');
    ran.length = 0;
    FlakyJob.fails = false;

    const { scheduler } = await startMoveApp(target.scheduler());
    const keeper = { onConflict: 'keep' } as const;
    expect(await scheduler.schedule(new NoteJob('new'), '1h', { key: 'later', ...keeper })).toBe(ids.later);
    expect(await scheduler.schedule(new NoteJob('new'), '1h', { key: 'newer', ...keeper })).toBe(ids.newer);
    expect((await scheduler.get({ key: 'flaky' }))?.id).toBe(ids.again);
    expect((await scheduler.get({ key: 'snoozed' }))?.id).toBe(ids.snoozed);
    const other = await scheduler.schedule(new NoteJob('new'), '1h', { key: 'snoozed', ...keeper });
    expect(other).not.toBe(ids.snoozed);

    const worker = await startMoveApp(target.scheduler(), { worker: { concurrency: 1 } });
    // Its declaration finds it, and it goes on where it was.
    expect(declared?.nextRunAt).toBeInstanceOf(Date);
    expect(await recurringOf(scheduler, 'tidy')).toEqual(declared);
    await until(() => ran.includes('overdue 1'), 'what was overdue');
    await until(() => ran.includes('newer 1'), 'what was parked');
    await scheduler.reschedule(ids.flaky, 0);
    await until(() => ran.includes('flaky 3'), 'its third attempt');
    await scheduler.reschedule(ids.command, 0);
    await until(() => ran.includes('ship o-1'), 'the command');
    const ended = await until(async () => {
      const entry = await scheduler.get(ids.flaky);
      return entry?.state === 'succeeded' ? entry : undefined;
    });
    expect(ended.failures?.map(({ attempt, message }) => [attempt, message])).toEqual([
      [1, 'flaky, attempt 1'],
      [2, 'flaky, attempt 2'],
    ]);
    await worker.nest.close();
  });

  it('leaves behind what a pending entry of the target holds the key of, says so, and takes it over when that is gone', async () => {
    const source = await createStore(from);
    const target = await createStore(to);
    const producer = await startMoveApp(source.scheduler());
    const id = await producer.scheduler.schedule(new NoteJob('mine'), '1h', { key: 'k' });
    const free = await producer.scheduler.schedule(new NoteJob('free'), '1h', { key: 'free' });
    await producer.nest.close();
    const { scheduler } = await startMoveApp(target.scheduler());
    const holder = await scheduler.schedule(new NoteJob('theirs'), '1h', { key: 'k' });

    const first = await runMove(source, target);

    expect(first.code).toBe(1);
    expect(first.report.entries).toMatchObject({ copied: 1, conflicts: [{ id, key: 'k', holder }] });
    expect(first.text).toContain(
      `${id}: left behind, since the entry ${holder} of the target holds its key 'k'.`,
    );
    expect(await scheduler.get(id)).toBeUndefined();
    expect((await scheduler.get({ key: 'k' }))?.id).toBe(holder);
    expect((await scheduler.get({ key: 'free' }))?.id).toBe(free);

    await scheduler.cancel(holder);
    expect(await runMove(source, target)).toMatchObject({
      code: 0,
      report: { entries: { copied: 1, known: 1 } },
    });
    expect((await scheduler.get({ key: 'k' }))?.id).toBe(id);
  });
});

it('A class that only the source knew is no matter: data are copied as they are', async () => {
  const source = await createStore('sqlite');
  const target = await createStore('bullmq');
  const producer = await startMoveApp(source.scheduler());
  const text = 'quote " backslash \\ nul \u0000 half \uD83D {"json":1}';
  await producer.scheduler.schedule(new NewerJob(text), '1h');
  await producer.nest.close();

  expect(await runMove(source, target)).toMatchObject({ code: 0 });

  const { scheduler } = await startMoveApp(target.scheduler());
  const [entry] = (await scheduler.list()).entries;
  expect(entry?.data).toEqual({ text });
});

it('Two schemas of one database are two stores', async () => {
  const { address } = await createStore('pg-boss');
  const [one, two] = ['one', 'two'].map((schema) => ({
    address: `${address}${address.includes('?') ? '&' : '?'}schema=${schema}`,
    scheduler: pgBossScheduler({ connectionString: address, schema }),
  }));
  const producer = await startMoveApp(one!.scheduler);
  const id = await producer.scheduler.schedule(new NoteJob('later'), '1h');

  expect(await runMove(one!, two!)).toMatchObject({ code: 0, report: { entries: { copied: 1 } } });

  const { scheduler } = await startMoveApp(two!.scheduler);
  expect((await scheduler.list()).entries.map((entry) => entry.id)).toEqual([id]);
});
