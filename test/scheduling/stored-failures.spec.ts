import { describe, expect, it } from 'vitest';
import { earlierOf, withEarlierFailures } from '../../lib/scheduling/stored-failures.js';
import type { StoredError } from '../../lib/scheduling/stored-entry.js';

const error = (message: string): StoredError => ({ name: 'Error', message, stack: 's'.repeat(8_000) });

function afterAttempts(count: number): StoredError {
  let lastError: StoredError | undefined;
  for (let attempt = 1; attempt <= count; attempt++) {
    const before = { attempt, ...(lastError && { lastError }) };
    lastError = withEarlierFailures(error(`failure ${attempt}`), before, attempt * 1_000);
  }
  return lastError!;
}

describe('what failed attempts threw', () => {
  it('is kept with the last one, oldest first, each with its attempt and its time', () => {
    const { earlier, ...last } = afterAttempts(3);
    expect(last).toMatchObject({ message: 'failure 3', attempt: 3, at: 3_000 });
    expect(earlier).toMatchObject([
      { message: 'failure 1', attempt: 1, at: 1_000 },
      { message: 'failure 2', attempt: 2, at: 2_000 },
    ]);
    expect(afterAttempts(1).earlier).toBeUndefined();
  });

  it('does not grow without bound: 20 are kept, those before the last with the beginning of their stack', () => {
    const last = afterAttempts(1_000);
    expect(last.earlier).toHaveLength(19);
    expect(last.earlier![0]).toMatchObject({ message: 'failure 981' });
    expect(JSON.stringify(last).length).toBeLessThan(19 * 1_200 + 8_200);
    expect(last.stack).toHaveLength(8_000);
  });

  it('is left out where somebody has edited it into nonsense', () => {
    const edited = [null, 'text', { name: 1, message: 'x' }, { name: 'A', message: 'fits' }, { name: 'B' }];
    expect(earlierOf({ ...error('last'), earlier: edited as never })).toEqual([
      { name: 'A', message: 'fits' },
    ]);
    expect(earlierOf({ ...error('last'), earlier: {} as never })).toEqual([]);
  });
});
