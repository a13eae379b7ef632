import { describe, expect, it } from 'vitest';
import { inFives, minutesOf, roundTop, totalOf } from '../../dashboard-ui/src/parts/minutes.js';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 7);
const point = (at: number, succeeded: number) => ({
  at: new Date(at).toISOString(),
  scheduled: 0,
  succeeded,
  failed: 0,
  retrying: 0,
});

describe('The last hour', () => {
  const minutes = minutesOf([point(NOW - 7_000, 100), point(NOW - 17_000, 2), point(NOW - 27_000, 3)], NOW);

  it('ends with the last step that is over', () => {
    expect(minutes).toHaveLength(60);
    expect(minutes.at(-1)!.succeeded).toBe(5);
    expect(totalOf(minutes).succeeded).toBe(5);
  });

  it('is told by fives, newest first, with the same total', () => {
    const fives = inFives(minutes);
    expect(fives).toHaveLength(12);
    expect(fives[0]!.succeeded).toBe(5);
    expect(fives[0]!.at).toBeGreaterThan(fives[11]!.at);
  });
});

it.each([
  [0, 2],
  [1, 2],
  [2, 2],
  [3, 4],
  [17, 20],
  [95, 100],
  [101, 200],
])('a scale of up to %i ends at %i', (most, top) => {
  expect(roundTop(most)).toBe(top);
});
