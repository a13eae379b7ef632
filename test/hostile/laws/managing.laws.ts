import fc from 'fast-check';
import { InvalidScheduleError, UnsupportedOperationError } from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { type Maker, made, nastyRecord, nastyText, nastyValue } from '../support/arbitraries.js';
import type { Edge } from '../support/edge.js';
import { HostileJob } from '../support/jobs.js';
import { expectOnePrintableLine, outcomeOf, refused } from '../support/law.js';

/** What is looked for, listed, repeated and paused. */
export function managingLaws(edge: Edge): void {
  it('ids and keys to look for', async () => {
    const kinds = [InvalidScheduleError, UnsupportedOperationError] as const;
    const calls = (given: unknown): (() => Promise<unknown>)[] => [
      () => edge.scheduler.get(given as string),
      () => edge.scheduler.cancel(given as string),
      () => edge.scheduler.reschedule(given as string, '1h'),
      () => edge.scheduler.retry(given as string),
    ];
    const nobody = fc.oneof<fc.Arbitrary<Maker<unknown>>[]>(made(nastyText), nastyValue);
    await edge.always(nobody, async (given) => {
      for (const call of calls(given))
        expect([undefined, false, refused]).toContain(await outcomeOf(call, ...kinds));
      const why = await outcomeOf(() => edge.scheduler.explain(given as string), ...kinds);
      if (why !== refused) expectOnePrintableLine(why.text);
    });
    await edge.always(nastyRecord(['id', 'key']), async (given) => {
      for (const call of calls(given)) await outcomeOf(call, ...kinds);
    });
  });

  it('filters and cursors of a list', async () => {
    const filter = nastyRecord(['state', 'name', 'command', 'key', 'queue', 'limit', 'cursor'], {
      limit: 5,
    });
    await edge.always(filter, async (given) => {
      const call = () => edge.scheduler.list(given);
      const page = await outcomeOf(call, InvalidScheduleError, UnsupportedOperationError);
      if (page !== refused) expect(page.entries).toBeInstanceOf(Array);
    });
  });

  it('the schedule and the id of a recurring job', async () => {
    const kinds = [InvalidScheduleError, UnsupportedOperationError] as const;
    const plain = { every: '1h' } as const;
    const schedule = fc.oneof(
      nastyRecord(['cron', 'timeZone', 'missed', 'every', 'toJSON', 'more'], plain),
      nastyRecord(['cron', 'timeZone', 'missed'], { cron: '0 3 * * *' }),
      nastyText.map((cron) => () => ({ cron })),
      fc.stringMatching(/^[-0-9*,/?LW#]{1,6}( [-0-9*,/?LW#A-Z]{1,6}){4,5}$/).map((cron) => () => ({ cron })),
    );
    await edge.always(
      fc.tuple(fc.oneof(nastyText, fc.constant('id')), schedule).map(
        ([id, make]) =>
          () =>
            [id, make()] as const,
      ),
      async ([id, given]) => {
        const call = () => edge.scheduler.scheduleRecurring(id, new HostileJob(1), given as typeof plain);
        if ((await outcomeOf(call, ...kinds)) === refused) return;
        expect((await edge.scheduler.listRecurring()).map((one) => one.id)).toEqual([id]);
        expect(await edge.scheduler.removeRecurring(id)).toBe(true);
      },
      edge.runs * 2,
    );
    await edge.always(fc.oneof<fc.Arbitrary<Maker<unknown>>[]>(made(nastyText), nastyValue), async (id) => {
      const gone = await outcomeOf(() => edge.scheduler.removeRecurring(id as string), ...kinds);
      expect([false, refused]).toContain(gone);
    });
  });

  it('queues to pause', async () => {
    await edge.always(
      fc.oneof<fc.Arbitrary<Maker<unknown>>[]>(made(nastyText), nastyValue),
      async (queue) => {
        const kinds = [InvalidScheduleError, UnsupportedOperationError] as const;
        if (queue === undefined) return;
        await outcomeOf(() => edge.scheduler.pause(queue as string), ...kinds);
        await outcomeOf(() => edge.scheduler.resume(queue as string), ...kinds);
      },
    );
  });
}
