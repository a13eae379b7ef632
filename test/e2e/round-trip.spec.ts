import { isDeepStrictEqual } from 'node:util';
import { CommandHandler } from '@nestjs/cqrs';
import fc from 'fast-check';
import {
  CommandScheduler,
  type Job,
  JobScheduler,
  JobSerializationError,
  JobValue,
} from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { startApp } from '../support/app.js';

@JobValue('RoundTrip.Money')
class Money {
  constructor(
    readonly amount: bigint,
    readonly at: Date,
  ) {}
}

const seen: unknown[] = [];

class CarryJob implements Job {
  [name: string]: unknown;
  execute() {
    seen.push(this);
  }
}

class CarryCommand {
  [name: string]: unknown;
}

@CommandHandler(CarryCommand)
class CarryHandler {
  async execute(command: CarryCommand) {
    seen.push(command);
  }
}

const payload = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  maxDepth: 3,
  values: [
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(undefined, null),
    fc.tuple(fc.bigInt(), fc.date()).map(([amount, at]) => new Money(amount, at)),
    fc.constant(() => 1),
  ],
});
// A field named execute would be the job's work, not its data.
const fields = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => name !== 'execute'),
  payload,
  { maxKeys: 4 },
);

it.each([
  ['a job', CarryJob],
  ['a command', CarryCommand],
] as const)('%s comes back with the fields it had, or is refused: never changed', async (_, type) => {
  const { nest } = await startApp({ jobs: [CarryJob], values: [Money] }, { providers: [CarryHandler] });
  const schedule = (instance: CarryJob | CarryCommand) =>
    instance instanceof CarryJob
      ? nest.get(JobScheduler).scheduleNow(instance)
      : nest.get(CommandScheduler).scheduleNow(instance);
  let returned = 0;
  await fc.assert(
    fc.asyncProperty(fields, async (data) => {
      seen.length = 0;
      const instance = new type();
      for (const [name, value] of Object.entries(data)) {
        Object.defineProperty(instance, name, {
          value,
          enumerable: true,
          writable: true,
          configurable: true,
        });
      }
      try {
        await schedule(instance);
      } catch (error) {
        expect(error).toBeInstanceOf(JobSerializationError);
        expect(seen).toEqual([]);
        return;
      }
      returned += 1;
      expect(seen).toHaveLength(1);
      expect(Object.getPrototypeOf(seen[0])).toBe(type.prototype);
      expect(isDeepStrictEqual(seen[0], instance)).toBe(true);
    }),
    { numRuns: 400 },
  );
  // Or the property would hold for a serializer that refuses all.
  expect(returned).toBeGreaterThan(50);
});
