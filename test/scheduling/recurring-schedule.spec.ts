import { isMainThread } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InvalidScheduleError } from '../../lib/scheduling/invalid-schedule.error.js';
import {
  type RecurringSchedule,
  assertRecurringSchedule,
  latestTick,
  nextTick,
} from '../../lib/scheduling/recurring-schedule.js';

const ZONES = ['Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const ANCHOR = Date.parse('2026-01-01T00:00:00Z');
const DAY = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();
/** What a clock on the wall of the zone shows: `2027-03-28 03:00:00 GMT+2`. */
function onTheWall(time: number, timeZone: string): string {
  if (!clocks.has(timeZone)) {
    const style = { dateStyle: undefined, timeZoneName: 'shortOffset', hourCycle: 'h23' } as const;
    const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' } as const;
    clocks.set(
      timeZone,
      new Intl.DateTimeFormat('en-US', {
        timeZone,
        ...style,
        ...digits,
        minute: '2-digit',
        second: '2-digit',
      }),
    );
  }
  const parts = Object.fromEntries(
    clocks
      .get(timeZone)!
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second, timeZoneName } = parts;
  return `${year}-${month}-${day} ${hour}:${minute}:${second} ${timeZoneName}`;
}

/** The ticks in (after, until], stepped through. */
function ticks(schedule: RecurringSchedule, after: number, until: number, anchor = ANCHOR): number[] {
  const found: number[] = [];
  for (
    let tick = nextTick(schedule, after, anchor);
    tick !== undefined && tick <= until;
    tick = nextTick(schedule, tick, anchor)
  ) {
    expect(tick, 'ticks only go forward').toBeGreaterThan(found.at(-1) ?? after);
    found.push(tick);
  }
  return found;
}

/** The ticks of a day on the wall of the zone, as times with the offset. */
function ticksOfDay(cron: string, timeZone: string, day: string): string[] {
  const noon = Date.parse(`${day}T12:00:00Z`);
  return ticks({ cron, timeZone }, noon - 1.5 * DAY, noon + 1.5 * DAY)
    .map((tick) => onTheWall(tick, timeZone))
    .filter((wall) => wall.startsWith(day))
    .map((wall) => wall.slice(11).replace(/:00 GMT/, ' '));
}

describe('A cron schedule', () => {
  it('ticks at its time in its time zone, strictly after the given time', () => {
    const nightly: RecurringSchedule = { cron: '0 3 * * *', timeZone: 'Europe/Rome' };
    const at = (text: string) => Date.parse(text);
    expect(nextTick(nightly, at('2027-01-05T00:00:00Z'), ANCHOR)).toBe(at('2027-01-05T02:00:00Z'));
    expect(nextTick(nightly, at('2027-01-05T01:59:59.999Z'), ANCHOR)).toBe(at('2027-01-05T02:00:00Z'));
    expect(nextTick(nightly, at('2027-01-05T02:00:00Z'), ANCHOR)).toBe(at('2027-01-06T02:00:00Z'));
    expect(nextTick(nightly, at('2027-01-05T02:00:00.001Z'), ANCHOR)).toBe(at('2027-01-06T02:00:00Z'));
  });

  it('has seconds in front when it has six fields', () => {
    expect(nextTick({ cron: '*/10 * * * * *', timeZone: 'UTC' }, ANCHOR + 1, ANCHOR)).toBe(ANCHOR + 10_000);
  });

  it('follows the time zone of the process where it names none', () => {
    const noons = ticks({ cron: '30 12 * * *' }, ANCHOR, ANCHOR + 365 * DAY).map((tick) => new Date(tick));
    expect(noons).toHaveLength(365);
    expect(noons.every((noon) => noon.getHours() === 12 && noon.getMinutes() === 30)).toBe(true);
  });

  // A thread, in which Stryker runs the tests, keeps the time zone that its process began with.
  it.runIf(isMainThread)('is understood in a process of any time zone', () => {
    const before = process.env['TZ'];
    onTestFinished(() => {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    });
    process.env['TZ'] = 'America/New_York';
    expect(new Date(ANCHOR).getHours()).toBe(19);
    const after = (cron: string, timeZone?: string) =>
      new Date(nextTick({ cron, ...(timeZone && { timeZone }) }, ANCHOR, ANCHOR)!).toISOString();
    expect(after('*/20 3 * * *')).toBe('2026-01-01T08:00:00.000Z');
    expect(after('*/20 4 * * *', 'Europe/Rome')).toBe('2026-01-01T03:00:00.000Z');
    expect(() => assertRecurringSchedule({ cron: '* 2 8 3 SUN#2' })).not.toThrow();
    expect(() => assertRecurringSchedule({ cron: '*/10 * 2 * 3 SUN#2' })).toThrow(
      "never comes: its times lie in an hour that the clocks of the process's time zone skip.",
    );
  });

  it('tells its latest tick, which is after the one and not after the other', () => {
    const hourly: RecurringSchedule = { cron: '0 * * * *', timeZone: 'UTC' };
    const hour = 3_600_000;
    expect(latestTick(hourly, ANCHOR + 2 * hour, ANCHOR, ANCHOR)).toBe(ANCHOR + 2 * hour);
    expect(latestTick(hourly, ANCHOR + 2 * hour - 1, ANCHOR, ANCHOR)).toBe(ANCHOR + hour);
    expect(latestTick(hourly, ANCHOR + 2.5 * hour, ANCHOR, ANCHOR)).toBe(ANCHOR + 2 * hour);
    expect(latestTick(hourly, ANCHOR + hour - 1, ANCHOR, ANCHOR)).toBeUndefined();
    expect(latestTick(hourly, ANCHOR + hour, ANCHOR + hour, ANCHOR)).toBeUndefined();
    expect(latestTick(hourly, ANCHOR + hour, -Infinity, ANCHOR)).toBe(ANCHOR + hour);
  });

  it('ends with the year 9999, and never throws for times out of range', () => {
    const daily: RecurringSchedule = { cron: '@daily', timeZone: 'Europe/Rome' };
    const last = latestTick(daily, Infinity, -Infinity, ANCHOR)!;
    expect(new Date(last).getUTCFullYear()).toBe(9999);
    expect(nextTick(daily, Date.UTC(9999, 11, 31, 12), ANCHOR)).toBeUndefined();
    expect(nextTick(daily, 8.64e15, ANCHOR)).toBeUndefined();
    expect(nextTick(daily, Infinity, ANCHOR)).toBeUndefined();
    expect(nextTick(daily, -Infinity, ANCHOR)).toBeTypeOf('number');
    expect(latestTick(daily, -8.64e15, -Infinity, ANCHOR)).toBeUndefined();
    const yearly: RecurringSchedule = { cron: '0 0 1 6 *', timeZone: 'UTC' };
    expect(nextTick(yearly, Date.UTC(9999, 6, 1), ANCHOR)).toBeUndefined();
  });

  it.each(['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually', ' @Daily '])(
    'may be called %s',
    (cron) => {
      expect(nextTick({ cron, timeZone: 'UTC' }, ANCHOR, ANCHOR)).toBeGreaterThan(ANCHOR);
    },
  );

  it.each([
    ['0 0 29 2 *', '2028-02-29'],
    ['0 0 29 2 +MON', '2044-02-29'],
    ['0 0 L 2 *', '2026-02-28'],
    ['0 0 * * FRI#2', '2026-01-09'],
    ['0 0 * JUN SUN', '2026-06-07'],
    ['0 0 * * 7', '2026-01-04'],
    ['0\t0  13 * FRI', '2026-01-02'],
    ['0 0 ? 3 ?', '2026-03-01'],
  ])('may be %j', (cron, day) => {
    expect(new Date(nextTick({ cron, timeZone: 'UTC' }, ANCHOR, ANCHOR)!).toISOString()).toBe(
      `${day}T00:00:00.000Z`,
    );
  });
});

describe('When the clocks go forward, a cron schedule', () => {
  it.each([
    ['Europe/Rome', '2027-03-28', '30 2 * * *', ['03:00 +2']],
    ['America/New_York', '2027-03-14', '30 2 * * *', ['03:00 -4']],
    ['Australia/Lord_Howe', '2027-10-03', '15 2 * * *', ['02:30 +11']],
    ['Africa/Cairo', '2027-04-30', '0 0 * * *', ['01:00 +3']],
  ])('in %s on %s ticks at the moment of the jump for a skipped time (%s)', (zone, day, cron, expected) => {
    expect(ticksOfDay(cron, zone, day)).toEqual(expected);
  });

  it('ticks once for all the fixed times that move to the moment of the jump', () => {
    expect(ticksOfDay('0,30 2,3 * * *', 'Europe/Rome', '2027-03-28')).toEqual(['03:00 +2', '03:30 +2']);
  });

  it('loses none of several fixed times of the day', () => {
    expect(ticksOfDay('30 2,14 * * *', 'Europe/Rome', '2027-03-28')).toEqual(['03:00 +2', '14:30 +2']);
  });

  it('ticks at each hour and quarter that the clock shows', () => {
    expect(ticksOfDay('0 * * * *', 'Europe/Rome', '2027-03-28')).toHaveLength(23);
    expect(ticksOfDay('0 * * * *', 'Europe/Rome', '2027-03-28').slice(0, 3)).toEqual([
      '00:00 +1',
      '01:00 +1',
      '03:00 +2',
    ]);
    expect(ticksOfDay('*/15 * * * *', 'Australia/Lord_Howe', '2027-10-03').slice(7, 10)).toEqual([
      '01:45 +10:30',
      '02:30 +11',
      '02:45 +11',
    ]);
  });

  it('that has but one time left in an hour half of which is skipped ticks at that', () => {
    const schedule: RecurringSchedule = { cron: '*/40 2 * 10 SUN#1', timeZone: 'Australia/Lord_Howe' };
    const walls = ticks(schedule, ANCHOR, ANCHOR + 700 * DAY).map((tick) =>
      onTheWall(tick, 'Australia/Lord_Howe'),
    );
    expect(walls).toEqual(['2026-10-04 02:40:00 GMT+11', '2027-10-03 02:40:00 GMT+11']);
  });

  it('with a step leaves out the times that the clock skips', () => {
    expect(ticksOfDay('*/30 2 * * *', 'Europe/Rome', '2027-03-28')).toEqual([]);
  });
});

describe('When the clocks go back, a cron schedule', () => {
  it.each([
    ['Europe/Rome', '2027-10-31', '30 2 * * *', ['02:30 +2']],
    ['America/New_York', '2027-11-07', '30 1 * * *', ['01:30 -4']],
    ['Australia/Lord_Howe', '2027-04-04', '45 1 * * *', ['01:45 +11']],
  ])('in %s on %s ticks the first time only for a repeated time (%s)', (zone, day, cron, expected) => {
    expect(ticksOfDay(cron, zone, day)).toEqual(expected);
  });

  it('does not tick again for a schedule begun between the two', () => {
    const between = Date.parse('2027-10-31T00:45:00Z');
    const next = nextTick({ cron: '30 2 * * *', timeZone: 'Europe/Rome' }, between, between)!;
    expect(onTheWall(next, 'Europe/Rome')).toBe('2027-11-01 02:30:00 GMT+1');
  });

  it('ticks at each hour and quarter twice where the clock repeats it', () => {
    expect(ticksOfDay('0 * * * *', 'Europe/Rome', '2027-10-31')).toHaveLength(25);
    expect(ticksOfDay('0 * * * *', 'Europe/Rome', '2027-10-31').slice(1, 5)).toEqual([
      '01:00 +2',
      '02:00 +2',
      '02:00 +1',
      '03:00 +1',
    ]);
    expect(ticksOfDay('*/15 * * * *', 'Australia/Lord_Howe', '2027-04-04').slice(5, 11)).toEqual([
      '01:15 +11',
      '01:30 +11',
      '01:45 +11',
      '01:30 +10:30',
      '01:45 +10:30',
      '02:00 +10:30',
    ]);
  });
});

describe('Over a year, a cron schedule', () => {
  const cases = ZONES.flatMap((zone) => [2026, 2027, 2028].map((year) => [zone, year] as const));

  it.each(cases)('in %s in %i ticks once on each day', (timeZone, year) => {
    for (const cron of ['30 2 * * *', '15 2 * * *', '0 2 * * *', '30 1 * * *', '45 1 * * *', '0 3 * * *']) {
      const days = ticks({ cron, timeZone }, Date.UTC(year, 0, 1) - DAY, Date.UTC(year + 1, 0, 1) + DAY)
        .map((tick) => onTheWall(tick, timeZone).slice(0, 10))
        .filter((day) => day.startsWith(String(year)));
      expect(days, cron).toHaveLength(year === 2028 ? 366 : 365);
      expect(new Set(days).size, cron).toBe(days.length);
    }
  });
});

describe('A schedule with every', () => {
  it('ticks from the moment of scheduling, and not at it', () => {
    const schedule: RecurringSchedule = { every: '15 minutes' };
    expect(nextTick(schedule, ANCHOR, ANCHOR)).toBe(ANCHOR + 900_000);
    expect(nextTick(schedule, ANCHOR - 5 * DAY, ANCHOR)).toBe(ANCHOR + 900_000);
    expect(nextTick(schedule, ANCHOR + 899_999.5, ANCHOR)).toBe(ANCHOR + 900_000);
    expect(nextTick(schedule, ANCHOR + 900_000, ANCHOR)).toBe(ANCHOR + 1_800_000);
    expect(latestTick(schedule, ANCHOR, -Infinity, ANCHOR)).toBeUndefined();
    expect(latestTick(schedule, ANCHOR + 900_000, ANCHOR, ANCHOR)).toBe(ANCHOR + 900_000);
    expect(latestTick(schedule, ANCHOR + 900_000, ANCHOR + 900_000, ANCHOR)).toBeUndefined();
  });

  it('tells its latest tick over millions at once', () => {
    expect(latestTick({ every: 1 }, 8.64e15, 0, 0)).toBe(8.64e15);
    expect(latestTick({ every: 3 }, 8.64e15 - 1, 0, 1)).toBe(8.64e15 - 2);
    expect(latestTick({ every: 3 }, Infinity, 0, 1)).toBe(8.64e15 - 2);
  });

  it('ends with the last instant of a Date', () => {
    expect(nextTick({ every: 1000 }, 8.64e15 - 1000, 0)).toBe(8.64e15);
    expect(nextTick({ every: 1000 }, 8.64e15 - 999, 0)).toBe(8.64e15);
    expect(nextTick({ every: 1000 }, 8.64e15, 0)).toBeUndefined();
    expect(nextTick({ every: 1000 }, Infinity, 0)).toBeUndefined();
    expect(nextTick({ every: 1000 }, -Infinity, 0)).toBe(1000);
    expect(nextTick({ every: 8.64e15 }, ANCHOR, ANCHOR)).toBeUndefined();
  });

  it('is rounded to whole milliseconds', () => {
    expect(nextTick({ every: '1.6 ms' }, ANCHOR, ANCHOR)).toBe(ANCHOR + 2);
  });

  it('has its ticks at whole multiples, each the neighbour of the last', () => {
    const times = fc.integer({ min: -1e12, max: 8e15 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e11 }), times, times, (every, anchor, after) => {
        const tick = nextTick({ every }, after, anchor)!;
        expect(tick).toBeGreaterThan(after);
        expect(tick).toBeGreaterThan(anchor);
        expect((tick - anchor) % every).toBe(0);
        expect(tick - Math.max(after, anchor)).toBeLessThanOrEqual(every);
        expect(latestTick({ every }, tick, after, anchor)).toBe(tick);
        expect(latestTick({ every }, tick - 1, after, anchor)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});

describe('Whatever the schedule', () => {
  const field = (min: number, max: number) => {
    const value = fc.integer({ min, max });
    return fc.oneof(
      fc.constant('*'),
      value.map(String),
      fc.integer({ min: 1, max: Math.ceil((max - min) / 2) }).map((step) => `*/${step}`),
      fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
      fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    );
  };
  // Hours around the change, so that the odd cases are the usual ones.
  const hour = fc.oneof(field(0, 4), field(0, 23));
  const cron = fc
    .tuple(field(0, 59), hour, fc.constantFrom('*', '*/2', '1-15', 'L'), fc.constant('*'), field(0, 6))
    .map((fields) => fields.join(' '));
  const change = fc
    .constantFrom('2027-03-28', '2027-10-31', '2027-03-14', '2027-11-07', '2027-10-03', '2027-04-04')
    .map(Date.parse);
  const timeZone = fc.constantFrom(...ZONES, 'Africa/Cairo', 'Antarctica/Troll', 'America/Santiago', 'UTC');
  const schedule = fc.oneof(
    { weight: 5, arbitrary: fc.record({ cron, timeZone }) },
    { weight: 1, arbitrary: fc.record({ every: fc.integer({ min: 60_000, max: DAY }) }) },
  );
  const offset = fc.integer({ min: -2 * DAY, max: DAY });

  it('the ticks go forward, and the latest is the last that one comes to by stepping', () => {
    fc.assert(
      fc.property(schedule, change, offset, fc.nat(1.5 * DAY), (given, around, begin, length) => {
        const after = around + begin;
        const until = after + length;
        const stepped = ticks(given, after, until, after - 12_345);
        expect(latestTick(given, until, after, after - 12_345)).toBe(stepped.at(-1));
        for (const [n, tick] of stepped.slice(0, 5).entries()) {
          expect(latestTick(given, tick, after, after - 12_345)).toBe(tick);
          expect(latestTick(given, tick - 1, after, after - 12_345)).toBe(stepped[n - 1]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('the next tick does not depend on where before it one asks', () => {
    fc.assert(
      fc.property(
        schedule,
        change,
        offset,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, around, begin, at) => {
          const after = around + begin;
          const tick = nextTick(given, after, after)!;
          const between = after + Math.floor((tick - after) * at * 0.999);
          expect(nextTick(given, between, after)).toBe(tick);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('A recurring schedule is refused', () => {
  const refused = (schedule: unknown, message: RegExp) => {
    for (const call of [
      () => assertRecurringSchedule(schedule as RecurringSchedule),
      () => nextTick(schedule as RecurringSchedule, ANCHOR, ANCHOR),
      () => latestTick(schedule as RecurringSchedule, ANCHOR, 0, ANCHOR),
    ]) {
      expect(call).toThrow(InvalidScheduleError);
      expect(call).toThrow(message);
    }
  };

  it.each<[string, RegExp]>([
    ['', /"" has 0 fields\. Give 5 fields/],
    ['* * * *', /has 4 fields/],
    ['* * * * * * *', /has 7 fields/],
    ['@reboot', /has 1 fields.*@daily/],
    ['at 0 3 * * *', /second \(at\) contains illegal characters/],
    ['at 3 * * *', /minute \(at\) contains illegal characters/],
    ['2027-01-01T00:00:00', /has 1 fields/],
    ['1:2 * * * *', /minute \(1:2\) contains illegal characters/],
    ['60 * * * *', /Invalid value for minute: 60\. Give.*minute 0-59/],
    ['60 * * * * *', /Invalid value for second: 60/],
    ['0 24 * * *', /Invalid value for hour: 24/],
    ['0 0 0 * *', /Invalid value for day: 0/],
    ['0 0 32 * *', /Invalid value for day: 32/],
    ['0 0 * 13 *', /Invalid value for month: 13/],
    ['0 0 * * 8', /Invalid value for dayOfWeek: 8/],
    ['5-1 * * * *', /From value is larger/],
    ['*/0 * * * *', /stepping/],
    ['*/61 * * * *', /steps/],
    ['-1 * * * *', /range/],
    ['1.5 * * * *', /illegal characters/],
    ['0 0 * * __proto__', /illegal characters/],
    ['0 0 30 2 *', /"0 0 30 2 \*" never comes: no date has that day and month/],
    ['0 0 31 2,4,6,9,11 *', /never comes/],
    ['* * * 31 4 *', /never comes/],
  ])('for the cron pattern %j', (cron, message) => {
    refused({ cron, timeZone: 'Europe/Rome' }, message);
  });

  it('for a cron pattern whose times all lie in the hour that is skipped', () => {
    const begun = performance.now();
    refused(
      { cron: '* * 2 * 3 SUN#2', timeZone: 'America/New_York' },
      /never comes: .*America\/New_York skip/,
    );
    expect(performance.now() - begun).toBeLessThan(5000);
    // Named times move to the end of that hour instead.
    expect(nextTick({ cron: '30 2 * 3 SUN#2', timeZone: 'America/New_York' }, ANCHOR, ANCHOR)).toBe(
      Date.parse('2026-03-08T07:00:00Z'),
    );
  });

  it.each([
    ' '.repeat(1e6),
    '*'.repeat(1e6),
    '1,'.repeat(1e6),
    '1 '.repeat(1e6),
    '0-59/1,'.repeat(200) + '0 * * * *',
  ])('for a hostile cron pattern, at once and in few words (%#)', (cron) => {
    const begun = performance.now();
    refused({ cron }, /^[^]{0,400}$/);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it.each([
    'Mars/Olympus',
    '',
    ' ',
    '+02:00',
    'Europe/Rome ',
    'x'.repeat(1e6),
    null,
    42,
    {},
    Symbol('UTC'),
    { toString: () => 'Europe/Rome' },
  ])('for an unknown time zone (%#)', (timeZone) => {
    refused({ cron: '0 3 * * *', timeZone }, /^Time zone [^]{0,80} is unknown\. Give an IANA name/);
  });

  it.each(['soon', '', '5 parsecs', null, Number.NaN, Infinity, {}, [5], 5n, true])(
    'for every %o, which is no duration',
    (every) => {
      refused({ every }, /^every: .* is not a duration/);
    },
  );

  it.each([0, -1, 0.9, '0s', '-5m', '0.5 ms', -Number.MAX_VALUE])(
    'for every %o, which is too short',
    (every) => {
      refused({ every }, /^every: .* is under a millisecond/);
    },
  );

  it('for a period beyond all dates', () => {
    refused({ every: '999999 years' }, /beyond all dates/);
  });

  it('for both cron and every, for neither, and for every with a time zone', () => {
    refused({ cron: '0 3 * * *', every: '1h' }, /has both cron and every\. Give one/);
    refused({}, /has neither cron nor every\. Give one/);
    refused({ cron: undefined, every: undefined }, /has neither/);
    refused({ every: '1h', timeZone: 'UTC' }, /no use for timeZone/);
  });

  it('for a misspelt time zone, which would otherwise go unheard', () => {
    refused({ cron: '0 3 * * *', timezone: 'Europe/Rome' }, /has no timezone\. Name it timeZone/);
    refused({ cron: '0 3 * * *', tz: 'Europe/Rome' }, /has no tz\. Name it timeZone/);
  });

  it.each(['twice', '', null, true, {}])('for missed: %o', (missed) => {
    refused({ every: '1h', missed }, /^missed: .* is unknown\. Give 'once' or 'skip'/);
  });

  it.each([undefined, null, '0 3 * * *', 42, true, Symbol('cron'), () => ({ every: '1h' }), ['0 3 * * *']])(
    'for what is no object (%#)',
    (schedule) => {
      refused(schedule, /is an object, not .*Give \{ cron:/);
    },
  );

  it.each([5, null, {}, ['0', '3', '*', '*', '*'], Object('0 3 * * *'), { toString: () => '0 3 * * *' }])(
    'for a cron pattern that is no text (%#)',
    (cron) => {
      refused({ cron }, /is no text/);
    },
  );

  it('for an object whose fields cannot be read', () => {
    const cause = new Error('hostile');
    const throwing = {
      get cron(): string {
        throw cause;
      },
    };
    refused(throwing, /could not be read/);
    expect(() => assertRecurringSchedule(throwing)).toThrow(expect.objectContaining({ cause }));
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    refused(proxy, /could not be read/);
  });

  it('for a time that is not a number', () => {
    expect(() => nextTick({ every: '1h' }, Number.NaN, ANCHOR)).toThrow(InvalidScheduleError);
    expect(() => nextTick({ cron: '@daily' }, Number.NaN, ANCHOR)).toThrow(InvalidScheduleError);
    expect(() => latestTick({ every: '1h' }, ANCHOR, 0, Number.NaN)).toThrow(InvalidScheduleError);
  });

  it('whatever it is, by that error alone, if it is refused', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^([-*/,#LW?0-9A-Z]{1,6} ){4,5}[-*/,#L+0-9A-Z]{1,6}$/),
    );
    fc.assert(
      fc.property(
        fc.record({ cron: text, timeZone: fc.constantFrom('UTC', 'Europe/Rome', undefined) }),
        (schedule) => {
          try {
            expect(nextTick(schedule, ANCHOR, ANCHOR)).toBeGreaterThan(ANCHOR);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidScheduleError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('A recurring schedule', () => {
  it('may say what happens to missed ticks', () => {
    for (const missed of ['once', 'skip', undefined] as const) {
      expect(() => assertRecurringSchedule({ every: '1h', missed })).not.toThrow();
      expect(() => assertRecurringSchedule({ cron: '0 3 * * *', missed })).not.toThrow();
    }
  });

  it('is cheap to ask again, and right however many others there are', () => {
    const expected = nextTick({ cron: '7 7 * * *', timeZone: 'UTC' }, ANCHOR, ANCHOR);
    for (let n = 0; n < 300; n++) {
      const tick = nextTick({ cron: `${n % 60} ${n % 24} * * *`, timeZone: 'UTC' }, ANCHOR, ANCHOR)!;
      expect([new Date(tick).getUTCMinutes(), new Date(tick).getUTCHours()]).toEqual([n % 60, n % 24]);
      expect(nextTick({ cron: '7 7 * * *', timeZone: 'UTC' }, ANCHOR, ANCHOR)).toBe(expected);
    }
  });
});
