import { InvalidScheduleError, shown } from './invalid-schedule.error.js';

/**
 * A length of time: milliseconds, or text as the `ms` package reads it, such as `'90s'`, `'30m'`, `'7 days'` and
 * `'1.5h'`. A number in text without a unit is milliseconds; a year is 365.25 days.
 *
 * @publicApi
 */
export type Duration = number | `${number}${string}`;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MILLISECONDS_BY_INITIAL: Readonly<Record<string, number>> = {
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  y: 365.25 * DAY,
};

// What `ms` accepts, limit included; a test holds the two together.
const LONGEST_TEXT = 100;
const DURATION_TEXT =
  /^(-?\d*\.?\d+) *(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i;

/**
 * The milliseconds of a {@link Duration}; negative ones and fractions are allowed.
 *
 * @throws {InvalidScheduleError} if it is a number that is not finite, text that `ms` would not read, or neither
 */
export function toMilliseconds(duration: Duration): number {
  // The type says more than a value from JavaScript, a cast or a configuration file keeps.
  const given: unknown = duration;
  if (typeof given === 'number' && Number.isFinite(given)) return given;
  const [, amount, unit = 'ms'] =
    (typeof given === 'string' && given.length <= LONGEST_TEXT && DURATION_TEXT.exec(given)) || [];
  if (amount === undefined) {
    throw new InvalidScheduleError(
      `${shown(given)} is not a duration. ` +
        `Give finite milliseconds (90_000) or text with a unit: '90s', '30m', '1.5h', '7 days', '2 weeks'.`,
    );
  }
  return Number.parseFloat(amount) * millisecondsIn(unit.toLowerCase());
}

function millisecondsIn(unit: string): number {
  return /^m(s|il)/.test(unit) ? 1 : MILLISECONDS_BY_INITIAL[unit.charAt(0)]!;
}

/** For options whose mistakes are told elsewhere: a wrong one counts as missing. */
export function durationOr(duration: Duration | undefined, instead: Duration): number {
  try {
    return toMilliseconds(duration ?? instead);
  } catch {
    return toMilliseconds(instead);
  }
}
