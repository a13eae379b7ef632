import { quantile } from './benchmark.mjs';

/** Between storing and the first that is due, so that storing is over by then. */
const HEAD_START = 1_000;

/** The wall clock, finer than a millisecond. */
export const now = () => performance.timeOrigin + performance.now();

/**
 * Schedules entries that are due evenly over a span of time, and says how late the handler got them.
 *
 * @param {number} span in ms
 * @param {number} count
 * @param {{ count: number, onCommand: (command: { number: number }) => void }} handled
 * @param {(number: number, dueAt: number) => unknown} schedule
 * @param {boolean} [mayBeEarly] what Node's own timers are, by a part of a millisecond
 */
export async function spreadOver(span, count, handled, schedule, mayBeEarly = false) {
  const first = Math.ceil(now()) + HEAD_START;
  const dueAt = (number) => first + Math.floor((span * number) / count);
  const lateness = [];
  const done = new Promise((resolve) => {
    handled.onCommand = ({ number }) => {
      lateness.push(now() - dueAt(number));
      if (lateness.length === count) resolve();
    };
  });
  await Promise.all(Array.from({ length: count }, (_, number) => schedule(number, dueAt(number))));
  await done;
  const early = lateness.filter((late) => late < 0);
  if (early.length > 0 && !mayBeEarly)
    throw new Error(`${early.length} entries ran early, by up to ${-Math.min(...early)} ms`);
  return { p50: quantile(lateness, 0.5), p99: quantile(lateness, 0.99), max: Math.max(...lateness) };
}
