import fc from 'fast-check';
import {
  DuplicateJobKeyError,
  InvalidScheduleError,
  type JobEntry,
  JobNotRegisteredError,
  JobSerializationError,
  type ScheduleOptions,
  UnsupportedOperationError,
} from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { made, nastyRecord, nastyText, nastyValue } from '../support/arbitraries.js';
import type { Edge } from '../support/edge.js';
import { HostileJob, seen } from '../support/jobs.js';
import { outcomeOf, refused } from '../support/law.js';

const ofCall = [InvalidScheduleError, UnsupportedOperationError, DuplicateJobKeyError] as const;

/** How, when and under which key it is to be run. */
export function callLaws(edge: Edge): void {
  it('the options of a call', async () => {
    const names = ['key', 'queue', 'priority', 'attempts', 'timeout', 'onConflict', 'metadata', 'backoff'];
    await edge.always(
      nastyRecord(names),
      async (options) => {
        const given = options as ScheduleOptions;
        const id = await outcomeOf(() => edge.scheduler.scheduleNow(new HostileJob(1), given), ...ofCall);
        if (id === refused || !edge.can('query')) return;
        expectKept((await edge.scheduler.get(id))!, given ?? {});
        await edge.app.sentinel();
        // One that times out at once would be tried again all the while.
        await edge.scheduler.cancel(id);
      },
      edge.runs * 3,
    );
  });

  it('fields of a backoff', async () => {
    const plain = { type: 'fixed', delay: 1 };
    await edge.always(
      nastyRecord(['type', 'delay', 'max', 'jitter', 'toJSON', 'more'], plain),
      async (backoff) => {
        const options = { backoff: backoff as never };
        await outcomeOf(() => edge.scheduler.scheduleNow(new HostileJob(1), options), InvalidScheduleError);
      },
    );
  });

  it('keys, queues and metadata of any text', async () => {
    const texts = made(fc.record({ key: nastyText, queue: nastyText, name: nastyText, value: nastyText }));
    await edge.always(texts, async ({ key, queue, name, value }) => {
      const metadata = Object.fromEntries([[name, value]]);
      const all = [{ key }, { queue }, { metadata }];
      const ids = await Promise.all(
        all.map((options) =>
          outcomeOf(() => edge.scheduler.scheduleNow(new HostileJob(1), options), InvalidScheduleError),
        ),
      );
      await edge.app.sentinel();
      for (const [index, id] of ids.entries())
        if (id !== refused) expect(seen.get(id)).toMatchObject(all[index]!);
    });
  });

  it('a key that is taken', async () => {
    if (!edge.can('key')) return;
    await edge.always(made(nastyText), async (key) => {
      const options = { key, onConflict: 'reject' } as const;
      const call = () => edge.scheduler.schedule(new HostileJob(1), '1h', options);
      if ((await outcomeOf(call, InvalidScheduleError)) === refused) return;
      expect(await outcomeOf(call, DuplicateJobKeyError)).toBe(refused);
      expect(await edge.scheduler.cancel({ key })).toBe(true);
    });
  });

  it('times', async () => {
    await edge.always(nastyValue, async (when) => {
      const call = () => edge.scheduler.schedule(new HostileJob(1), when as Date);
      const id = await outcomeOf(call, InvalidScheduleError);
      if (id === refused || !edge.can('reschedule')) return;
      expect((await edge.scheduler.get(id))!.runAt.getTime()).not.toBeNaN();
      await outcomeOf(() => edge.scheduler.reschedule(id, when as Date), InvalidScheduleError);
      await edge.scheduler.cancel(id);
    });
  });

  it('lists of many, and one of them hostile', async () => {
    const good = { job: new HostileJob('good') };
    const names = ['job', 'when', 'key', 'queue', 'metadata', 'transaction', 'backoff'];
    await edge.always(nastyRecord(names, good), async (bad) => {
      const kinds = [...ofCall, JobSerializationError, JobNotRegisteredError] as const;
      await outcomeOf(() => edge.scheduler.scheduleMany([good, bad as typeof good, good]), ...kinds);
      await outcomeOf(() => edge.scheduler.scheduleMany(bad as never), ...kinds);
    });
  });

  it('beside others in one turn: they are stored', async () => {
    await edge.always(nastyRecord(['key', 'queue', 'metadata', 'backoff', 'timeout']), async (options) => {
      const given = options as ScheduleOptions;
      const beside = () => edge.scheduler.scheduleNow(new HostileJob('beside'));
      const all = [beside(), edge.scheduler.scheduleNow(new HostileJob(1), given), beside()];
      const [first, middle, last] = await Promise.allSettled(all);
      expect([first!.status, last!.status]).toEqual(['fulfilled', 'fulfilled']);
      await edge.app.sentinel();
      if (middle!.status === 'fulfilled' && edge.can('cancel')) await edge.scheduler.cancel(middle!.value);
    });
  });
}

function expectKept(entry: JobEntry, options: ScheduleOptions): void {
  const { key, queue, priority, attempts, metadata } = { ...options };
  expect(entry.key).toEqual(key);
  expect(entry.queue).toEqual(queue ?? 'default');
  expect(entry.priority).toEqual(priority ?? 0);
  expect(entry.attempts).toEqual(attempts ?? 10);
  expect(entry.metadata).toEqual({ ...metadata });
}
