import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { JobNotRegisteredError, JobSerializationError } from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { type Maker, nastyRecord, nastyValue } from '../support/arbitraries.js';
import type { Edge } from '../support/edge.js';
import { HostileCommand, HostileJob, UnregisteredJob, seen } from '../support/jobs.js';
import { outcomeOf, refused } from '../support/law.js';

/** What is to be run later, and its data. */
export function dataLaws(edge: Edge): void {
  it('data', async () => {
    await edge.always(nastyValue, async (value) => {
      const id = await outcomeOf(
        () => edge.scheduler.scheduleNow(new HostileJob(value)),
        JobSerializationError,
      );
      await edge.app.sentinel();
      if (id === refused) return;
      expect(isDeepStrictEqual(seen.get(id)?.value, value)).toBe(true);
      if (!edge.can('query')) return;
      const { data } = (await edge.scheduler.get(id))!;
      expect(isDeepStrictEqual(data, { value })).toBe(true);
    });
  });

  it('data of a command', async () => {
    await edge.always(nastyValue, async (value) => {
      seen.delete('command');
      const call = () => edge.commands.scheduleNow(new HostileCommand(value));
      const id = await outcomeOf(call, JobSerializationError);
      await edge.app.sentinel();
      expect(seen.has('command')).toBe(id !== refused);
      if (id !== refused) expect(isDeepStrictEqual(seen.get('command')!.value, value)).toBe(true);
    });
  });

  it('anything in place of a job, a command, or their classes', async () => {
    const odd = fc.oneof(
      nastyValue,
      nastyRecord(['constructor', 'execute', 'value', '__proto__'], { execute() {} }),
      fc.constantFrom<Maker<unknown>>(
        () => new UnregisteredJob(),
        () => Object.create(HostileJob.prototype),
        () => new Proxy(new HostileJob(1), {}),
        () => Object.assign(new HostileJob(1), { constructor: UnregisteredJob }),
        () =>
          Object.defineProperty(new HostileJob(1), 'value', {
            get: () => {
              throw new Error('no');
            },
            enumerable: true,
          }),
      ),
    );
    await edge.always(odd, async (job) => {
      const kinds = [JobNotRegisteredError, JobSerializationError] as const;
      await outcomeOf(() => edge.scheduler.scheduleNow(job as HostileJob), ...kinds);
      await outcomeOf(() => edge.commands.scheduleNow(job as HostileCommand), ...kinds);
    });
  });
}
