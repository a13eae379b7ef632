import { describe, expect, it } from 'vitest';
import { EndedAttempts } from '../../lib/worker/ended-attempts.js';
import type { Settlement } from '../../lib/worker/work-source.js';

const ofBytes = (id: string, bytes: number) =>
  ({ claim: 1, result: { entry: { id, data: 'x'.repeat(bytes) } } }) as Settlement;
const idsOf = (settlements: readonly Settlement[]) => settlements.map(({ result }) => result.entry.id);

function endedOf(mostBytes: number | undefined, ...settlements: Settlement[]): EndedAttempts {
  const ended = new EndedAttempts(mostBytes);
  for (const one of settlements) ended.add(one);
  return ended;
}

describe('Attempts that have ended', () => {
  it('are written down all at once, where that is not limited', () => {
    const ended = endedOf(undefined, ofBytes('a', 1_000_000), ofBytes('b', 1_000_000));
    expect(idsOf(ended.take())).toEqual(['a', 'b']);
    expect(ended.waitingCount).toBe(0);
  });

  it('are written down in parts, in their order: at least one, and no more bytes at once than may be', () => {
    const ended = endedOf(10, ofBytes('a', 11), ofBytes('b', 4), ofBytes('c', 6), ofBytes('d', 1));
    const parts: string[][] = [];
    while (ended.waitingCount > 0) {
      parts.push(idsOf(ended.take()));
      ended.written();
    }
    expect(parts).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('come first again where they could not be written down', () => {
    const ended = endedOf(1, ofBytes('a', 1), ofBytes('b', 1));
    ended.take();
    ended.putBack();
    expect(idsOf(ended.take())).toEqual(['a']);
  });

  it('are known until they are written down', () => {
    const ended = endedOf(1, ofBytes('a', 1), ofBytes('b', 1));
    ended.take();
    expect(['a', 'b', 'c'].map((id) => ended.has(id, 1))).toEqual([true, true, false]);
    expect(ended.has('a', 2)).toBe(false);
    ended.written();
    expect(['a', 'b'].map((id) => ended.has(id, 1))).toEqual([false, true]);
  });
});
