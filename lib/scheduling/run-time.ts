import { isDate } from 'node:util/types';
import { type Duration, toMilliseconds } from './duration.js';
import { InvalidScheduleError, shown } from './invalid-schedule.error.js';

/** The last instant that a `Date` can hold, in milliseconds since the epoch. */
const LAST_INSTANT = 8.64e15;

/**
 * When a job scheduled with `when` is to run, in whole milliseconds since the epoch, never before `now`:
 * a time in the past, a negative delay and no `when` at all are `now`.
 *
 * @param now milliseconds since the epoch
 * @throws {InvalidScheduleError} if `when` is no time and no delay, or lies beyond what a `Date` can hold
 */
export function toRunTime(when: Date | Duration | undefined, now: number): number {
  // Rounded up, since a job never runs before its time.
  const time = Math.ceil(when === undefined ? now : isDate(when) ? timeOf(when) : now + delayOf(when));
  if (time > LAST_INSTANT) {
    throw new InvalidScheduleError(
      `${isDate(when) ? 'The time' : `The delay ${shown(when)}`} lies after the year 275760, the last that a Date can hold. ` +
        'Give an earlier time.',
    );
  }
  return Math.max(time, now);
}

function timeOf(date: Date): number {
  // Not `date.getTime()`, nor `instanceof` before it: the date may come from another realm, or be tampered with.
  const time = Date.prototype.getTime.call(date);
  if (Number.isNaN(time)) {
    throw new InvalidScheduleError(
      'The time to run at is an Invalid Date. Check the text or the numbers that it was built from.',
    );
  }
  return time;
}

function delayOf(delay: Duration): number {
  try {
    return toMilliseconds(delay);
  } catch (cause) {
    throw new InvalidScheduleError(
      `${shown(delay)} is neither a time nor a delay. ` +
        `Give a Date, or a delay in finite milliseconds (90_000) or as text ('90s', '30m', '7 days').`,
      { cause },
    );
  }
}
