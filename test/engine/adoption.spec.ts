import { type JobScheduler, type StoredEntry, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { newEntryId } from '../../lib/scheduling/entry-id.js';
import { NoteJob, ran, startMoveApp } from '../cli/support/move-jobs.js';
import { createStore } from '../cli/support/stores.js';
import { until } from '../support/until.js';

const NOW = Date.now();
const LATER = NOW + 3_600_000;

const entryOf = (text: string, more: Partial<StoredEntry> = {}): StoredEntry => ({
  id: newEntryId(NOW),
  name: 'Note',
  version: 1,
  data: JSON.stringify({ json: { text } }),
  runAt: LATER,
  scheduledAt: NOW - 1_000,
  queue: 'default',
  priority: 0,
  attempts: 3,
  metadata: {},
  state: 'scheduled',
  attempt: 0,
  ...(more.key !== undefined && { holdsKey: true }),
  ...more,
});
const failure = { name: 'Error', message: 'no', attempt: 2, at: NOW - 500 };
const failed = { state: 'failed', attempt: 3, startedAt: NOW - 600, finishedAt: NOW - 500 } as const;
const parked = { state: 'parked', parked: { reason: 'refused', text: 'Too old.' } } as const;

const SCHEDULERS = {
  'in-process': async () => inProcessScheduler(),
  sqlite: async () => (await createStore('sqlite')).scheduler(),
  'pg-boss': async () => (await createStore('pg-boss')).scheduler(),
  bullmq: async () => (await createStore('bullmq')).scheduler(),
};

async function opened(kind: keyof typeof SCHEDULERS, autoStart = false): Promise<JobScheduler> {
  const { scheduler } = await startMoveApp(await SCHEDULERS[kind](), {
    worker: { autoStart, concurrency: 1 },
  });
  await scheduler.counts();
  return scheduler;
}

describe.each(Object.keys(SCHEDULERS) as (keyof typeof SCHEDULERS)[])(
  'Entries that %s takes over',
  (kind) => {
    it('are in the state in which they were, and counted so', async () => {
      const scheduler = await opened(kind);
      const entries = [
        entryOf('new', { key: 'new', priority: 5, queue: 'mail', metadata: { tenant: 'acme' } }),
        entryOf('retried', { attempt: 2, startedAt: NOW - 600, lastError: failure }),
        entryOf('parked', { ...parked, key: 'parked' }),
        entryOf('parked in a retry', { ...parked, attempt: 1, startedAt: NOW - 600 }),
        entryOf('failed', { ...failed, lastError: failure }),
      ];

      expect(await scheduler['adoptEntries'](entries)).toEqual({
        adopted: entries.map(({ id }) => id),
        known: [],
        conflicts: [],
      });

      const none = { running: 0, succeeded: 0, cancelled: 0 };
      expect(await scheduler.counts()).toEqual({ ...none, scheduled: 2, parked: 2, failed: 1 });
      for (const entry of entries) {
        const { claim: _1, worker: _2, finishedAt, ...found } = (await scheduler['findEntry'](entry)) as any;
        const { finishedAt: given, ...wanted } = entry;
        expect(found).toEqual(wanted);
        expect(finishedAt === undefined).toBe(given === undefined);
      }
      const listed = await scheduler.list({ order: 'oldest-first' });
      expect(listed.entries.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
      expect(await scheduler.retry(entries[4]!.id)).toBe(true);
      expect(await scheduler.get(entries[4]!.id)).toMatchObject({ state: 'scheduled', attempt: 0 });
    });

    it('run in the order of their times, as their next attempt', async () => {
      const scheduler = await opened(kind, true);
      ran.length = 0;
      const started = { startedAt: NOW - 9_000 };

      await scheduler['adoptEntries']([
        entryOf('third', { runAt: NOW - 1_000, attempt: 2, ...started }),
        entryOf('second', { runAt: NOW - 2_000, attempt: 0, ...started }),
        entryOf('first', { runAt: NOW - 3_000, attempt: 1, ...started }),
      ]);

      await until(() => ran.length === 3, 'all of them');
      expect(ran).toEqual(['first 2', 'second 1', 'third 3']);
    });

    it('hold their keys if they have not begun, and are left out where another one does', async () => {
      const scheduler = await opened(kind);
      const holder = await scheduler.schedule(new NoteJob('holder'), '1h', { key: 'taken' });
      const ended = await scheduler.schedule(new NoteJob('ended'), '1h', { key: 'free' });
      await scheduler.cancel(ended);
      const refused = entryOf('refused', { key: 'taken' });
      const begun = entryOf('begun', { key: 'taken', holdsKey: false, attempt: 1, startedAt: NOW - 600 });
      const alone = entryOf('alone', { key: 'alone', holdsKey: false, attempt: 1, startedAt: NOW - 600 });
      const free = entryOf('free', { key: 'free' });

      expect(await scheduler['adoptEntries']([refused, begun, alone, free])).toEqual({
        adopted: [begun.id, alone.id, free.id],
        known: [],
        conflicts: [{ id: refused.id, key: 'taken', holder }],
      });

      const keys = ['taken', 'alone', 'free'];
      const found = await Promise.all(keys.map(async (key) => (await scheduler.get({ key }))?.id));
      expect(found).toEqual([holder, alone.id, free.id]);
      expect(await scheduler.get(refused.id)).toBeUndefined();
      const again = await scheduler.schedule(new NoteJob('again'), '1h', {
        key: 'alone',
        onConflict: 'reject',
      });
      expect((await scheduler.get({ key: 'alone' }))?.id).toBe(again);
    });

    it('are left as they are where they are known', async () => {
      const scheduler = await opened(kind);
      const [waiting, cancelled] = [entryOf('waiting', { key: 'k' }), entryOf('cancelled')];
      await scheduler['adoptEntries']([waiting, cancelled]);
      await scheduler.cancel(cancelled.id);
      await scheduler.reschedule(waiting.id, new Date(LATER + 5_000));
      const more = entryOf('more');

      expect(await scheduler['adoptEntries']([waiting, cancelled, more])).toEqual({
        adopted: [more.id],
        known: expect.arrayContaining([waiting.id, cancelled.id]),
        conflicts: [],
      });

      expect(await scheduler.get(waiting.id)).toMatchObject({ runAt: new Date(LATER + 5_000) });
      expect(await scheduler.get(cancelled.id)).toMatchObject({ state: 'cancelled' });
    });
  },
);
