import fc from 'fast-check';
import ms from 'ms';
import { describe, expect, it } from 'vitest';
import { type Duration, toMilliseconds } from '../../lib/scheduling/duration.js';
import { InvalidScheduleError } from '../../lib/scheduling/invalid-schedule.error.js';

const UNITS = [
  'years year yrs yr y weeks week w days day d',
  'hours hour hrs hr h minutes minute mins min m',
  'seconds second secs sec s milliseconds millisecond msecs msec ms',
].flatMap((names) => names.split(' '));

/** What ours and `ms` make of a text; `undefined` where they refuse it. */
const ours = (text: string) => {
  try {
    return toMilliseconds(text as Duration);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidScheduleError);
    return undefined;
  }
};
const theirs = (text: string) => (text === '' ? undefined : ms(text as ms.StringValue));

describe('A duration', () => {
  it('in numbers is milliseconds', () => {
    expect([90_000, 0, -5, 0.5].map((n) => toMilliseconds(n))).toEqual([90_000, 0, -5, 0.5]);
  });

  it('in text is read with its unit', () => {
    expect(toMilliseconds('90s')).toBe(90_000);
    expect(toMilliseconds('30m')).toBe(1_800_000);
    expect(toMilliseconds('1.5 Hours')).toBe(5_400_000);
    expect(toMilliseconds('7 days')).toBe(604_800_000);
    expect(toMilliseconds('-2 weeks' as Duration)).toBe(-1_209_600_000);
    expect(toMilliseconds('1y')).toBe(31_557_600_000);
    expect(toMilliseconds('250')).toBe(250);
  });

  it.each(UNITS)('means in %s what it means to the ms package', (unit) => {
    for (const amount of ['1', '2', '-3', '1.5', '.5', '-.25', '0', '-0', '007', '10.'])
      for (const blank of ['', ' ', '   '])
        for (const name of [unit, unit.toUpperCase(), unit.charAt(0).toUpperCase() + unit.slice(1)]) {
          expect(ours(amount + blank + name), amount + blank + name).toBe(theirs(amount + blank + name));
        }
  });

  it.each([
    '',
    ' ',
    '5 parsecs',
    'soon',
    '1e3',
    '1h30m',
    '1 h 30 m',
    '+5s',
    ' 5s',
    '5s ',
    '5\ts',
    '5\ns',
    '5s\n',
    '0x10',
    'NaN',
    'Infinity',
    '--1s',
    '1..5s',
    '1.5.5s',
    '.',
    '-',
    's',
    '５s',
    '1_000',
    '1,5s',
    '5ſ',
    '5 mıns',
    'PT5S',
    '1'.repeat(101),
    '1'.padEnd(101, ' ') + 's',
    '9'.repeat(100),
    '1' + ' '.repeat(98) + 's',
  ])('is taken or refused as the ms package does: %j', (text) => {
    expect(ours(text)).toBe(theirs(text));
  });

  it('is what the ms package makes of any text', () => {
    const alike = fc
      .tuple(
        fc.oneof(fc.integer().map(String), fc.double().map(String), fc.stringMatching(/^[-+.\d]{0,6}$/)),
        fc.constantFrom('', ' ', '  ', '\t'),
        fc.oneof(fc.mixedCase(fc.constantFrom(...UNITS)), fc.string({ maxLength: 3 })),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(alike, fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(ours(text)).toBe(theirs(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    Number.NaN,
    Infinity,
    -Infinity,
    undefined,
    null,
    true,
    5n,
    Symbol('5s'),
    {},
    [],
    ['5s'],
    () => 5,
    Object('5s'),
    { toString: () => '5s', valueOf: () => 5 },
  ])('that is neither finite nor text is refused: %o', (value) => {
    expect(() => toMilliseconds(value as Duration)).toThrow(InvalidScheduleError);
  });

  it('that is refused is shown, with examples of what works', () => {
    expect(() => toMilliseconds('5 parsecs')).toThrow(/"5 parsecs" is not a duration.*'30m'.*'7 days'/);
  });

  it('that is refused is not shown in full when it is long', () => {
    const error = (() => {
      try {
        return toMilliseconds('x'.repeat(1_000_000) as Duration);
      } catch (thrown) {
        return thrown as Error;
      }
    })() as Error;
    expect(error.message.length).toBeLessThan(300);
  });

  it('with a misspelt unit is refused', () => {
    expect(() => toMilliseconds('5 mintues')).toThrow(InvalidScheduleError);
  });

  it('is typed, so that a word which begins with no number does not compile', () => {
    // @ts-expect-error 'soon' is no duration
    expect(() => toMilliseconds('soon')).toThrow(InvalidScheduleError);
    const n: number = 5;
    const typed: Duration[] = [`${n}m`, `${n} days`, '90s', '7 days', '1 HOUR', '10 Minutes', '5'];
    expect(typed.every((duration) => Number.isFinite(toMilliseconds(duration)))).toBe(true);
  });
});
