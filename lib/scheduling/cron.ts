import { Cron, CronDate, CronPattern } from 'croner';
import { InvalidScheduleError, shown } from './invalid-schedule.error.js';

/** The ticks of a cron pattern in a time zone, as milliseconds since the epoch. */
export interface CronTicks {
  /** The first after `instant`. */
  after(instant: number): number | undefined;
  /** The last at or before `instant`. */
  atOrBefore(instant: number): number | undefined;
}

const FIELDS = ['second', 'minute', 'hour', 'day of month', 'month', 'day of week'];
const NICKNAME = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/i;
const FORMAT =
  'Give 5 fields (minute 0-59, hour 0-23, day of month 1-31, month 1-12 or JAN-DEC, day of week 0-7 or SUN-SAT), ' +
  "6 with the second 0-59 first, or one of @hourly, @daily, @weekly, @monthly, @yearly: '30 3 * * MON-FRI'.";
const LONGEST_PATTERN = 1000;

/** Within these years (100 to 9999) croner's search is sure to end without an error. */
const EARLIEST = Date.UTC(100, 0, 1);
const LATEST = Date.UTC(9999, 11, 31);

/** How many minutes of the wall clock are tried before a pattern counts as one that never comes. */
const MOST_MINUTES_TRIED = 1500;

/** A compiled pattern takes some 100 kB in croner, so only this many are kept. */
const MOST_COMPILED = 100;
const compiled = new Map<string, CronTicks>();

/**
 * @param timeZone an IANA name; `undefined` for the process's own
 * @throws {InvalidScheduleError} if the pattern cannot be read or never comes, or the time zone is unknown
 */
export function cronTicks(pattern: unknown, timeZone: unknown): CronTicks {
  const text = normalized(pattern);
  if (timeZone !== undefined) assertTimeZone(timeZone);
  const key = `${text}\n${timeZone ?? ''}`;
  const ticks = compiled.get(key) ?? compile(text, timeZone);
  // Deleted first, so that the order of the map is that of use.
  compiled.delete(key);
  compiled.set(key, ticks);
  if (compiled.size > MOST_COMPILED) compiled.delete(compiled.keys().next().value!);
  return ticks;
}

function normalized(pattern: unknown): string {
  if (typeof pattern !== 'string' || pattern.length > LONGEST_PATTERN) {
    throw new InvalidScheduleError(`Cron pattern ${shown(pattern)} is no text of sensible length. ${FORMAT}`);
  }
  const fields = pattern.trim().split(/\s+/);
  const text = fields.join(' ');
  if (fields.length !== 5 && fields.length !== 6 && !NICKNAME.test(text)) {
    throw new InvalidScheduleError(
      `Cron pattern ${shown(pattern)} has ${text ? fields.length : 0} fields. ${FORMAT}`,
    );
  }
  return text;
}

const knownTimeZones = new Set<string>();

function assertTimeZone(timeZone: unknown): asserts timeZone is string {
  if (typeof timeZone === 'string' && knownTimeZones.has(timeZone)) return;
  let cause: unknown;
  // An offset such as '+02:00' is no IANA name, though newer versions of Intl take it for one.
  if (typeof timeZone === 'string' && /^[a-z]/i.test(timeZone)) {
    try {
      Intl.DateTimeFormat('en-US', { timeZone });
      if (knownTimeZones.size < 1000) knownTimeZones.add(timeZone);
      return;
    } catch (error) {
      cause = error;
    }
  }
  throw new InvalidScheduleError(
    `Time zone ${shown(timeZone)} is unknown. Give an IANA name such as 'Europe/Rome' or 'UTC'.`,
    { cause },
  );
}

function compile(text: string, timezone: string | undefined): CronTicks {
  // 'no-wildcard': '30 2,14 * * *' names its times as '30 2 * * *' does, so a skipped hour must not swallow one.
  const options = { mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' } as const;
  const { isFixedTime } = parsed(text, options);
  const cron = new Cron(text, { ...options, timezone });
  const wallClock = new Cron(text, { ...options, utcOffset: 0 });
  if (!wallClock.nextRun(new Date())) {
    throw new InvalidScheduleError(
      `Cron pattern ${shown(text)} never comes: no date has that day and month. ` +
        'Mend the fields day of month, month and day of week.',
    );
  }
  if (!isFixedTime && !comesInZone(cron, wallClock, timezone)) {
    throw new InvalidScheduleError(
      `Cron pattern ${shown(text)} never comes: its times lie in an hour that the clocks of ` +
        `${timezone ?? "the process's time zone"} skip. Give another hour, or name hour and minute without * and /.`,
    );
  }
  return {
    after: (instant) =>
      instant < LATEST
        ? cron.nextRun(new Date(Math.max(Math.floor(instant), EARLIEST)))?.getTime()
        : undefined,
    atOrBefore: (instant) =>
      instant >= EARLIEST
        ? // croner looks strictly before its reference.
          cron.previousRuns(1, new Date(Math.min(Math.floor(instant), LATEST) + 1))[0]?.getTime()
        : undefined,
  };
}

function parsed(text: string, options: ConstructorParameters<typeof CronPattern>[2]): CronPattern {
  try {
    return new CronPattern(text, undefined, options);
  } catch (cause) {
    throw new InvalidScheduleError(`Cron pattern ${shown(text)}: ${reason(cause)}. ${FORMAT}`, { cause });
  }
}

/** croner numbers the fields from 0, and reports days and months less one. */
function reason(cause: unknown): string {
  return (cause instanceof Error ? cause.message : 'unreadable')
    .replace(/^CronPattern: |\.$/g, '')
    .replace(/configuration entry (\d) /, (_, index: string) => `${FIELDS[Number(index)]} `)
    .replace(
      /(Invalid value for )(?:nearestWeekdays|(day|month)): (-?\d+)/,
      (_, head: string, part: string | undefined, value: string) =>
        `${head}${part ?? 'day'}: ${Number(value) + 1}`,
    );
}

/**
 * Whether one of the pattern's times exists in the zone. If all of them lay in an hour that is skipped each spring,
 * croner would walk up to the year 9999 second by second, and hold up the process for minutes.
 */
function comesInZone(cron: Cron, wallClock: Cron, timezone: string | undefined): boolean {
  let time = wallClock.nextRun(new Date());
  for (let tried = 0; time && tried < MOST_MINUTES_TRIED; tried++) {
    // A time in the gap comes out as another one, which the pattern does not match.
    if (cron.match(new CronDate(time.toISOString().slice(0, 19), timezone).getDate())) return true;
    time = wallClock.nextRun(new Date(time.getTime() - (time.getTime() % 60_000) + 59_000));
  }
  return false;
}
