import { type CronTicks, cronTicks } from './cron.js';
import { type Duration, toMilliseconds } from './duration.js';
import { InvalidScheduleError, shown } from './invalid-schedule.error.js';

/**
 * When a recurring job runs: at the ticks of a cron pattern, or every so often.
 *
 * **Cron**: `minute hour day-of-month month day-of-week`, with the second in front if there are six fields;
 * `@hourly`, `@daily` (`@midnight`), `@weekly`, `@monthly` and `@yearly` (`@annually`) too. Besides `*`, `,`, `-` and
 * `/`: names (`MON`, `JAN`), `L` (last day), `15W` (nearest weekday), `FRI#2` (second Friday), `FRIL` (last Friday).
 * If both day fields are given, either suffices, as cron has it; `+` before the day of week asks for both.
 *
 * **Daylight saving** in `timeZone`:
 * - Fixed times (second, minute and hour have no `*` and no `/`, such as `30 2 * * *` and `0 6,18 * * *`) come once a
 *   day. If the clock skips one, it comes at the moment of the jump: in Rome 02:30 comes at 03:00 that day. Fixed
 *   times that move to one moment are one tick. If the clock repeats one, it comes the first time.
 * - Other patterns (`0 * * * *`, every pattern with a step) follow the clock on the wall: times that the clock skips
 *   do not come, and times that it repeats come twice.
 *
 * @publicApi
 */
export type RecurringSchedule = {
  /**
   * What happens to ticks that passed while nothing ran: `once` is one late run for all of them, `skip` is none.
   * @default 'once'
   */
  missed?: 'once' | 'skip';
} & (
  | {
      cron: string;
      /**
       * An IANA name: `Europe/Rome`.
       * @default the process's own time zone (`TZ`): set it where processes may differ in theirs
       */
      timeZone?: string;
    }
  | {
      /** From the moment of scheduling; rounded to whole milliseconds, at least 1. Knows no daylight saving. */
      every: Duration;
    }
);

/** The last instant that a `Date` can hold, in milliseconds since the epoch. */
const LAST_INSTANT = 8.64e15;

const EXAMPLES = "{ cron: '0 3 * * *', timeZone: 'Europe/Rome' } or { every: '15 minutes' }";

/**
 * @throws {InvalidScheduleError} if the schedule cannot be read, or never has a tick
 */
export function assertRecurringSchedule(schedule: RecurringSchedule): void {
  ticksOf(schedule);
}

/** What is checked is what is stored: each field read once, and none but those that a schedule has. */
export function copyOfRecurringSchedule(schedule: RecurringSchedule): RecurringSchedule {
  const { misspelt, ...fields } = fieldsOf(schedule);
  assertWellSpelt(misspelt);
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as RecurringSchedule;
}

/**
 * The first tick strictly after `after`; `undefined` if there is none that a `Date` (cron: the year 9999) can hold.
 * All times are milliseconds since the epoch.
 *
 * @param anchor the moment of scheduling: the ticks of `every` are `anchor + n * every`, n from 1
 * @throws {InvalidScheduleError} as {@link assertRecurringSchedule}, and if a time is NaN
 */
export function nextTick(schedule: RecurringSchedule, after: number, anchor: number): number | undefined {
  assertTimes(after, anchor);
  const ticks = ticksOf(schedule);
  if (typeof ticks !== 'number') return ticks.after(after);
  // Before the first tick, the anchor stands for the latest.
  const next = (latestOfEvery(ticks, after, anchor) ?? Math.ceil(anchor)) + ticks;
  return next <= LAST_INSTANT ? next : undefined;
}

/**
 * The last tick in (`after`, `atOrBefore`], found without stepping through those before it; `undefined` if there is
 * none. All times are milliseconds since the epoch.
 *
 * @param anchor as for {@link nextTick}
 * @throws {InvalidScheduleError} as {@link nextTick}
 */
export function latestTick(
  schedule: RecurringSchedule,
  atOrBefore: number,
  after: number,
  anchor: number,
): number | undefined {
  assertTimes(atOrBefore, after, anchor);
  const ticks = ticksOf(schedule);
  const latest =
    typeof ticks === 'number' ? latestOfEvery(ticks, atOrBefore, anchor) : ticks.atOrBefore(atOrBefore);
  return latest !== undefined && latest > after ? latest : undefined;
}

function latestOfEvery(every: number, atOrBefore: number, anchor: number): number | undefined {
  const instant = Math.floor(Math.min(atOrBefore, LAST_INSTANT));
  const elapsed = instant - Math.ceil(anchor);
  // The remainder of whole numbers is exact, where a division would round far from the anchor.
  return elapsed >= every ? instant - (elapsed % every) : undefined;
}

function assertTimes(...times: number[]): void {
  if (times.some((time) => typeof time !== 'number' || Number.isNaN(time))) {
    throw new InvalidScheduleError('Ticks can be told only from a time: give milliseconds since the epoch.');
  }
}

function assertWellSpelt(misspelt: string | undefined): void {
  if (misspelt === undefined) return;
  throw new InvalidScheduleError(
    `A recurring schedule has no ${misspelt}. Name it timeZone: { cron: '0 3 * * *', timeZone: 'Europe/Rome' }.`,
  );
}

/** The ticks of the pattern, or the milliseconds between two. */
function ticksOf(schedule: RecurringSchedule): CronTicks | number {
  const { cron, every, timeZone, missed, misspelt } = fieldsOf(schedule);
  if (missed !== undefined && missed !== 'once' && missed !== 'skip') {
    throw new InvalidScheduleError(
      `missed: ${shown(missed)} of a recurring schedule is unknown. Give 'once' or 'skip'.`,
    );
  }
  assertWellSpelt(misspelt);
  if ((cron === undefined) === (every === undefined)) {
    throw new InvalidScheduleError(
      `A recurring schedule has ${cron === undefined ? 'neither cron nor' : 'both cron and'} every. ` +
        `Give one: ${EXAMPLES}.`,
    );
  }
  if (every === undefined) return cronTicks(cron, timeZone);
  if (timeZone !== undefined) {
    throw new InvalidScheduleError(
      'A recurring schedule with every has no use for timeZone. Leave it out, or give cron.',
    );
  }
  return periodOf(every);
}

function periodOf(every: unknown): number {
  let period: number;
  try {
    period = toMilliseconds(every as Duration);
  } catch (cause) {
    throw new InvalidScheduleError(
      `every: ${shown(every)} of a recurring schedule is not a duration. Give one: '90s', '15 minutes', 60_000.`,
      { cause },
    );
  }
  if (period < 1 || period > LAST_INSTANT) {
    throw new InvalidScheduleError(
      `every: ${shown(every)} of a recurring schedule is ${period < 1 ? 'under a millisecond' : 'beyond all dates'}. ` +
        "Give a duration of 1 ms or more: '90s', '15 minutes'.",
    );
  }
  return Math.round(period);
}

/** Each field read once: a getter or a proxy may answer otherwise the next time, or throw. */
function fieldsOf(schedule: unknown): Record<'cron' | 'every' | 'timeZone' | 'missed', unknown> & {
  misspelt: string | undefined;
} {
  try {
    if (typeof schedule === 'object' && schedule !== null && !Array.isArray(schedule)) {
      const { cron, every, timeZone, missed, timezone, tz } = schedule as Record<string, unknown>;
      const misspelt = timezone !== undefined ? 'timezone' : tz !== undefined ? 'tz' : undefined;
      return { cron, every, timeZone, missed, misspelt };
    }
  } catch (cause) {
    throw new InvalidScheduleError(
      `A recurring schedule could not be read. Give a plain object: ${EXAMPLES}.`,
      { cause },
    );
  }
  throw new InvalidScheduleError(
    `A recurring schedule is an object, not ${Array.isArray(schedule) ? 'an array' : shown(schedule)}. Give ${EXAMPLES}.`,
  );
}
