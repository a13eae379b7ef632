import { describe, expect, it } from 'vitest';
import { CAPABILITIES, schedulerWith } from '../../lib/scheduling/capability.js';
import { InvalidScheduleError, shown } from '../../lib/scheduling/invalid-schedule.error.js';
import { type RecurringSchedule, assertRecurringSchedule } from '../../lib/scheduling/recurring-schedule.js';
import { toRunTime } from '../../lib/scheduling/run-time.js';

const refusal = (check: () => unknown): Error => {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidScheduleError);
    return error as Error;
  }
  throw new Error('nothing was refused');
};
const ofSchedule = (schedule: object) =>
  refusal(() => assertRecurringSchedule(schedule as RecurringSchedule));

describe('A value at fault', () => {
  it.each([
    ['text', '"text"'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
    ['two\nlines', String.raw`"two\nlines"`],
    [7, '7'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ secret: 1 }, 'an object'],
    [[1], 'an object'],
    [() => 'secret', 'a function'],
    [Symbol('secret'), 'a symbol'],
    [10n, 'a bigint'],
  ])('is shown without code of its own: %o', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});

describe('What is missing', () => {
  it.each(CAPABILITIES)("is had of a scheduler that is named, for '%s'", (capability) => {
    const durable = ['durable', 'transaction', 'transactional-work', 'distributed'].includes(capability);
    expect(schedulerWith(capability)).toMatch(durable ? /^a durable one/ : /^inProcessScheduler\(\)$/);
  });
});

describe('A schedule that is refused', () => {
  it.each([
    ['61 * * * *', /^Cron pattern "61 \* \* \* \*": .*minute.*61/],
    ['* * 32 * *', /: Invalid value for day: 32\. Give 5 fields/],
    ['* * * 13 *', /: Invalid value for month: 13\. Give 5 fields/],
    ['a * * * *', /minute/],
  ])('names the field and the value as they were written: %s', (cron, message) => {
    expect(ofSchedule({ cron }).message).toMatch(message);
    expect(ofSchedule({ cron }).cause).toBeInstanceOf(Error);
  });

  it('says what to mend where its day never comes', () => {
    expect(ofSchedule({ cron: '0 0 30 2 *' }).message).toBe(
      'Cron pattern "0 0 30 2 *" never comes: no date has that day and month. Mend the fields day of month, month ' +
        'and day of week.',
    );
  });

  it.each(['Mars/Olympus', '+02:00', '', 7, null])('names a time zone that there is not: %o', (timeZone) => {
    expect(ofSchedule({ cron: '0 3 * * *', timeZone }).message).toBe(
      `Time zone ${shown(timeZone)} is unknown. Give an IANA name such as 'Europe/Rome' or 'UTC'.`,
    );
  });

  it('has what Intl says of its time zone as the cause', () => {
    expect(ofSchedule({ cron: '0 3 * * *', timeZone: 'Mars/Olympus' }).cause).toBeInstanceOf(RangeError);
    expect(ofSchedule({ cron: '0 3 * * *', timeZone: '+02:00' }).cause).toBeUndefined();
  });

  it('may be 1,000 characters long, no more', () => {
    const cron = (length: number) => ({ cron: `0 3 * * *${' '.repeat(length - 9)}` });
    expect(() => assertRecurringSchedule(cron(1_000))).not.toThrow();
    expect(ofSchedule(cron(1_001)).message).toContain('is no text of sensible length');
  });

  it('may have any blanks between its fields', () => {
    expect(() => assertRecurringSchedule({ cron: ' 0   3\t*  *\n* ' })).not.toThrow();
  });
});

describe('A time that lies too late', () => {
  it('is told apart from a delay', () => {
    const end = ' lies after the year 275760, the last that a Date can hold. Give an earlier time.';
    expect(refusal(() => toRunTime(8.64e15, 1)).message).toBe(`The delay 8640000000000000${end}`);
    expect(toRunTime(new Date(8.64e15), 1)).toBe(8.64e15);
  });
});
