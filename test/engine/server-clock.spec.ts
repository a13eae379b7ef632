import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ServerClock } from '../../lib/engine/server-clock.js';

const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

/** The server's clock is read in the middle of a way there and back that takes so many ms. */
function learn(clock: ServerClock, wayThereAndBack: number): void {
  const sent = performance.now();
  const server = Date.now() + wayThereAndBack / 2;
  vi.advanceTimersByTime(wayThereAndBack);
  clock.learn(server, sent);
}

it('is as uncertain as the shortest way to the server leaves it, and more so the longer that was ago', () => {
  const clock = new ServerClock();
  expect(clock.uncertainty).toBe(Infinity);

  learn(clock, 200);
  expect(clock.uncertainty).toBeGreaterThanOrEqual(100);

  learn(clock, 2);
  const close = clock.uncertainty;
  expect(close).toBeLessThan(10);

  learn(clock, 200);
  expect(clock.uncertainty).toBeLessThan(10);

  vi.advanceTimersByTime(HOUR);
  // Clocks that differ by 100 millionths are 360 ms apart after an hour.
  expect(clock.uncertainty).toBeGreaterThan(close + 360);
});
