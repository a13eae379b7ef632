import fc from 'fast-check';
import { EventFlowJobsError } from 'nestjs-eventflow-jobs';
import { expect } from 'vitest';
import type { Maker } from './arbitraries.js';

/** The same each time; another one by HOSTILE_SEED. A failure tells it, with the path to the case. */
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261);

/** Each time on a value made anew. It does not look for a smaller one: some are changed by being looked at. */
export async function assertAlways<T>(
  makers: fc.Arbitrary<Maker<T>>,
  law: (value: T) => Promise<void>,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(makers, (make) => law(make())),
    { seed: SEED, numRuns, endOnFailure: true },
  );
}

export const refused = Symbol('refused');
type Kind = new (...args: never[]) => EventFlowJobsError;

/** What the call gave, or that it was refused: by one of these errors, which can be written into a log as it is. */
export async function outcomeOf<T>(
  call: () => Promise<T>,
  ...kinds: readonly Kind[]
): Promise<T | typeof refused> {
  // Not within the try: whoever calls listens to the promise.
  const promise = call();
  try {
    return await promise;
  } catch (error) {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
    expectOnePrintableLine((error as Error).message);
    return refused;
  }
}

// oxlint-disable-next-line no-control-regex -- these are what must not be there
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text);

/** With nothing in it that would begin a line of its own, or steer the terminal. */
export function expectOnePrintableLine(text: string): void {
  expect(text).not.toMatch(UNPRINTABLE);
  expect(text.length).toBeLessThan(2_500);
}
