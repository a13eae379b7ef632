import type { RatePoint } from '../api/types.js';

export const SERIES = ['succeeded', 'scheduled', 'retrying', 'failed'] as const;
export type Series = (typeof SERIES)[number];
export type Totals = Readonly<Record<Series, number>>;

export interface Minute extends Totals {
  /** When it begins. Milliseconds since 1970. */
  readonly at: number;
}

const MINUTE = 60_000;
const COUNT = 60;
/** Of a point. */
export const STEP_MS = 10_000;

/** The last hour, minute by minute. They end with the last step that is over: one that is not would look like a fall. */
export function minutesOf(points: readonly RatePoint[], now: number): readonly Minute[] {
  const first = Math.floor(now / STEP_MS) * STEP_MS - COUNT * MINUTE;
  const minutes = Array.from({ length: COUNT }, (_, index) => ({
    at: first + index * MINUTE,
    ...totalOf([]),
  }));
  for (const point of points) {
    const minute = minutes[Math.floor((Date.parse(point.at) - first) / MINUTE)];
    if (minute) for (const series of SERIES) minute[series] += point[series];
  }
  return minutes;
}

export function totalOf(some: readonly Totals[]): Record<Series, number> {
  const total = { succeeded: 0, scheduled: 0, retrying: 0, failed: 0 };
  for (const one of some) for (const series of SERIES) total[series] += one[series];
  return total;
}

/** For a table that is read aloud: a handful of rows. */
export function inFives(minutes: readonly Minute[]): readonly Minute[] {
  const fives = Array.from({ length: COUNT / 5 }, (_, index) => minutes.slice(index * 5, index * 5 + 5));
  return fives.map((five) => ({ at: five[0]!.at, ...totalOf(five) })).toReversed();
}

/** The top of the scale: 1, 2 or 5 and noughts, and a whole number in its middle. */
export function roundTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const top = [1, 2, 4, 10].map((step) => step * power).find((one) => one >= most) ?? most;
  return Math.max(top, 2);
}
