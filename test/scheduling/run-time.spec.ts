import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Duration } from '../../lib/scheduling/duration.js';
import { InvalidScheduleError } from '../../lib/scheduling/invalid-schedule.error.js';
import { toRunTime } from '../../lib/scheduling/run-time.js';

const NOW = Date.parse('2027-01-01T00:00:00Z');
const TEN_YEARS = 10 * 365.25 * 24 * 3_600_000;

describe('The run time of a job', () => {
  it('is now where none is given', () => {
    expect(toRunTime(undefined, NOW)).toBe(NOW);
  });

  it('is the time given', () => {
    expect(toRunTime(new Date(NOW + 5), NOW)).toBe(NOW + 5);
  });

  it('is now plus the delay given', () => {
    expect(toRunTime(1500, NOW)).toBe(NOW + 1500);
    expect(toRunTime('90s', NOW)).toBe(NOW + 90_000);
    expect(toRunTime('10 years', NOW)).toBe(NOW + TEN_YEARS);
  });

  it('is now for a time in the past and a negative delay', () => {
    expect(toRunTime(new Date(0), NOW)).toBe(NOW);
    expect(toRunTime(-1, NOW)).toBe(NOW);
    expect(toRunTime('-7 days' as never, NOW)).toBe(NOW);
    expect(toRunTime(-Number.MAX_VALUE, NOW)).toBe(NOW);
  });

  it('is never before a delay with a fraction of a millisecond is over', () => {
    expect(toRunTime(0.2, NOW)).toBe(NOW + 1);
  });

  it('may come from a Date of another realm, or of a subclass', () => {
    const foreign = runInNewContext(`new Date(${NOW + 7})`) as Date;
    expect(foreign).not.toBeInstanceOf(Date);
    expect(toRunTime(foreign, NOW)).toBe(NOW + 7);
    expect(toRunTime(new (class extends Date {})(NOW + 8), NOW)).toBe(NOW + 8);
  });

  it('does not trust methods that a Date was given', () => {
    const tampered = Object.assign(new Date(NOW + 9), { getTime: () => Number.NaN, valueOf: () => 'soon' });
    expect(toRunTime(tampered, NOW)).toBe(NOW + 9);
  });

  it('is never before now, and a whole number, whatever the delay', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (delay) => {
        const time = toRunTime(delay, NOW);
        expect(Number.isInteger(time)).toBe(true);
        expect(time).toBeGreaterThanOrEqual(Math.max(NOW, NOW + delay));
        expect(time - Math.max(NOW, NOW + delay)).toBeLessThan(1);
      }),
    );
  });

  it.each([
    Number.NaN,
    Infinity,
    -Infinity,
    null,
    true,
    false,
    5n,
    Symbol('now'),
    {},
    [],
    () => NOW,
    '',
    'tomorrow',
    '2027-01-01T00:00:00Z',
    { getTime: () => NOW },
    Object.create(Date.prototype),
    new Proxy(new Date(NOW), {}),
  ])('is refused where it is neither a time nor a delay: %#', (when) => {
    expect(() => toRunTime(when as Duration, NOW)).toThrow(InvalidScheduleError);
    expect(() => toRunTime(when as Duration, NOW)).toThrow(/neither a time nor a delay\. Give a Date/);
  });

  it('is refused where it is an Invalid Date', () => {
    expect(() => toRunTime(new Date('soon'), NOW)).toThrow(InvalidScheduleError);
    expect(() => toRunTime(new Date('soon'), NOW)).toThrow(/Invalid Date/);
  });

  it('reaches to the last instant of a Date, and is refused beyond it', () => {
    expect(toRunTime(new Date(8.64e15), NOW)).toBe(8.64e15);
    expect(toRunTime(8.64e15 - NOW, NOW)).toBe(8.64e15);
    for (const delay of [8.64e15 - NOW + 1, Number.MAX_VALUE, '999999 years'] as const) {
      expect(() => toRunTime(delay, NOW)).toThrow(InvalidScheduleError);
      expect(() => toRunTime(delay, NOW)).toThrow(/after the year 275760/);
    }
  });
});
