import { DuplicateJobKeyError } from '../../../scheduling/scheduling.errors.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkRejects } from '../expect.js';
import { ProbeJob } from '../probe.job.js';

export const keyCases: CaseDefinition[] = [
  {
    promise: 7,
    title: 'keep: the entry that stands is kept, and its id given',
    needs: ['key', 'query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const first = await lab.scheduler.schedule(new ProbeJob('a', 1), 600, { key: 'k' });
      checkEqual(await lab.scheduler.schedule(new ProbeJob('a', 2), 10, { key: 'k' }), first, 'the id');
      checkEqual(
        await lab.scheduler.schedule(new ProbeJob('a', 3), 10, {
          key: 'k',
          onConflict: 'keep',
          queue: 'mail',
        }),
        first,
        'the id, from another queue',
      );
      await lab.until('the one', () => lab.probes.runs.length > 0);
      await lab.elapse(50);
      checkEqual(
        lab.probes.runs.map(({ probe }) => probe.payload),
        [1],
        'what ran',
      );
    },
  },
  {
    promise: 7,
    title: 'replace: the entry that stands is cancelled, and the new one runs',
    needs: ['key', 'query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const first = await lab.scheduler.schedule(new ProbeJob('a', 1), 500, { key: 'k' });
      const second = await lab.scheduler.schedule(new ProbeJob('a', 2), 600, {
        key: 'k',
        onConflict: 'replace',
      });
      check(second !== first, 'the id is that of the old entry');
      checkEqual((await lab.scheduler.get(first))?.state, 'cancelled', 'the old entry');
      checkEqual((await lab.scheduler.get({ key: 'k' }))?.id, second, 'the holder of the key');
      await lab.until('the new one', () => lab.probes.runs.length > 0);
      await lab.elapse(50);
      checkEqual(
        lab.probes.runs.map(({ probe }) => probe.payload),
        [2],
        'what ran',
      );
    },
  },
  {
    promise: 7,
    title: 'reject: a DuplicateJobKeyError, and nothing changes',
    needs: ['key', 'query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const first = await lab.scheduler.schedule(new ProbeJob('a', 1), '1h', { key: 'k' });
      const error = await checkRejects(
        DuplicateJobKeyError,
        () => lab.scheduler.schedule(new ProbeJob('a', 2), 1, { key: 'k', onConflict: 'reject' }),
        'the second',
      );
      check(error.message.includes("'k'"), 'the error does not name the key');
      checkEqual((await lab.scheduler.get({ key: 'k' }))?.id, first, 'the holder of the key');
      checkEqual((await lab.scheduler.counts()).scheduled, 1, 'what is scheduled');
    },
  },
  {
    promise: 7,
    title: 'one pending entry a key, however many are scheduled at once',
    needs: ['key', 'query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const ids = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          lab.scheduler.schedule(new ProbeJob('a', i), '1h', { key: 'k' }),
        ),
      );
      checkEqual(new Set(ids).size, 1, 'the number of ids');
      checkEqual((await lab.scheduler.counts()).scheduled, 1, 'what is scheduled');
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () =>
          lab.scheduler.schedule(new ProbeJob('b'), '1h', { key: 'other', onConflict: 'reject' }),
        ),
      );
      checkEqual(
        outcomes.filter(({ status }) => status === 'fulfilled').length,
        1,
        'how many were not rejected',
      );
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          lab.scheduler.schedule(new ProbeJob('c', i), '1h', { key: 'third', onConflict: 'replace' }),
        ),
      );
      checkEqual(
        (await lab.scheduler.list({ state: 'scheduled', key: 'third' })).entries.length,
        1,
        'the replaced ones',
      );
    },
  },
  {
    promise: 7,
    title: 'an entry that has begun no longer holds its key, not even while it waits for a retry',
    needs: ['key', 'query', 'retry', 'delay'],
    async prove({ open }) {
      const lab = await open();
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      lab.probes.on('running', () => released);
      lab.probes.on('retried', () => {
        throw new Error('again');
      });
      const running = await lab.scheduler.scheduleNow(new ProbeJob('running'), { key: 'a', timeout: '10m' });
      const retried = await lab.scheduler.scheduleNow(new ProbeJob('retried'), {
        key: 'b',
        backoff: { type: 'fixed', delay: '1h' },
      });
      await lab.until('both to have begun', () => lab.events.some(({ type }) => type === 'retrying'));
      await lab.until('the other to run', () => lab.probes.of('running').length === 1);

      checkEqual((await lab.scheduler.get({ key: 'a' }))?.id, running, 'the last that held the key');
      for (const [key, before] of [
        ['a', running],
        ['b', retried],
      ] as const) {
        const next = await lab.scheduler.schedule(new ProbeJob('next'), '1h', { key, onConflict: 'reject' });
        check(next !== before, 'the key was still held');
        checkEqual((await lab.scheduler.get({ key }))?.id, next, 'the holder of the key');
      }
      release();
      await lab.until(
        'the running one to end',
        async () => (await lab.scheduler.get(running))?.state === 'succeeded',
      );
      checkEqual(
        (await lab.scheduler.get({ key: 'a' }))?.state,
        'scheduled',
        'the one that holds the key now',
      );
    },
  },
  {
    promise: 7,
    title: 'the key of an entry that has ended, or was cancelled, is free again',
    needs: ['key', 'query', 'cancel', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const ended = await lab.scheduler.scheduleNow(new ProbeJob('a'), { key: 'k' });
      await lab.until('the end', async () => (await lab.scheduler.get(ended))?.state === 'succeeded');
      checkEqual((await lab.scheduler.get({ key: 'k' }))?.id, ended, 'the last that held the key');
      const second = await lab.scheduler.schedule(new ProbeJob('b'), '1h', {
        key: 'k',
        onConflict: 'reject',
      });
      checkEqual(await lab.scheduler.cancel({ key: 'k' }), true, 'cancel by key');
      checkEqual((await lab.scheduler.get(second))?.state, 'cancelled', 'the state');
      checkEqual(await lab.scheduler.cancel({ key: 'k' }), false, 'cancel of what was cancelled');
      await lab.scheduler.schedule(new ProbeJob('c'), '1h', { key: 'k', onConflict: 'reject' });
    },
  },
  {
    promise: 7,
    title: 'one pending entry a key, though several processes schedule it at once',
    needs: ['key', 'query', 'delay', 'distributed'],
    async prove({ open }) {
      const labs = [await open({ worker: false }), await open({ worker: false })];
      const ids = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          labs[i % 2]!.scheduler.schedule(new ProbeJob('a', i), '1h', { key: 'k' }),
        ),
      );
      checkEqual(new Set(ids).size, 1, 'the number of ids');
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          labs[i % 2]!.scheduler.schedule(new ProbeJob('b', i), '1h', { key: 'k', onConflict: 'replace' }),
        ),
      );
      checkEqual((await labs[0]!.scheduler.counts()).scheduled, 1, 'what is scheduled');
    },
  },
];
