import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../lib/jobs/clock.js';

const NOON = Date.parse('2027-03-28T12:00:00Z');
const MINUTE = 60_000;

describe("The machine's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOON });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shows the time of the machine', () => {
    expect(new SystemClock().now()).toBe(NOON);
  });

  it('calls back at its time, not a millisecond before, and once', () => {
    const called = vi.fn();
    new SystemClock().at(NOON + 1_000, called);
    vi.advanceTimersByTime(999);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10 * MINUTE);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it('calls back at its time when that is hours away', () => {
    const called = vi.fn();
    new SystemClock().at(NOON + 120 * MINUTE, called);
    vi.advanceTimersByTime(120 * MINUTE - 1);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it('calls back for a time that has passed, but not before it has returned', () => {
    const called = vi.fn();
    new SystemClock().at(NOON - MINUTE, called);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it.each([
    [-MINUTE, 0],
    [500, 500],
    [120 * MINUTE, 30_000],
  ])('sleeps no longer than needed, and half a minute at most: for %i ms, %i ms', (delay, sleep) => {
    new SystemClock().at(NOON + delay, () => {});
    vi.advanceTimersToNextTimer();
    expect(Date.now() - NOON).toBe(sleep);
  });

  it('waits on when the clock is set back while it sleeps', () => {
    const called = vi.fn();
    new SystemClock().at(NOON + 1_000, called);
    vi.advanceTimersByTime(500);
    vi.setSystemTime(NOON);
    vi.advanceTimersByTime(999);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it('notices within half a minute that the clock was set forward', () => {
    const called = vi.fn();
    new SystemClock().at(NOON + 120 * MINUTE, called);
    vi.setSystemTime(NOON + 120 * MINUTE);
    vi.advanceTimersByTime(MINUTE / 2);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it('does not call back once that is cancelled, however long it has slept', () => {
    const called = vi.fn();
    const cancel = new SystemClock().at(NOON + 2 * MINUTE, called);
    vi.advanceTimersByTime(MINUTE + 1);
    cancel();
    vi.advanceTimersByTime(10 * MINUTE);
    expect(called).not.toHaveBeenCalled();
  });

  it('tells of each timer that it sets, and what it is for', () => {
    const told = vi.fn();
    new SystemClock(told).at(NOON + MINUTE, () => {}, 'next entry');
    vi.advanceTimersByTime(MINUTE);
    expect(told.mock.calls.map(([, label]) => label)).toEqual(['next entry', 'next entry']);
  });
});
