import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lease } from '../../lib/engine/lease.js';

const LENGTH = 5_000;

describe('A lease', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends a length after the last sign of life was sent', () => {
    const lease = new Lease(LENGTH);
    const sent = Lease.now();
    vi.advanceTimersByTime(2_000);
    lease.renewed(sent);
    vi.advanceTimersByTime(2_999);
    expect(lease.holds).toBe(true);
    vi.advanceTimersByTime(1);
    expect(lease.holds).toBe(false);
  });

  it('ends while the machine sleeps, in which one of the clocks stands still', () => {
    const lease = new Lease(LENGTH);
    vi.setSystemTime(Date.now() + LENGTH - 1);
    expect(lease.holds).toBe(true);
    vi.setSystemTime(Date.now() + 1);
    expect(lease.holds).toBe(false);
  });

  it('is not made longer by a wall clock that is set back', () => {
    const lease = new Lease(LENGTH);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(LENGTH);
    expect(lease.holds).toBe(false);
  });

  it('covers what was asked before a renewal, as long as it was renewed in time', () => {
    const lease = new Lease(LENGTH);
    const asked = performance.now();
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(LENGTH - 1);
      lease.renewed(Lease.now());
    }
    expect(lease.coversSince(asked)).toBe(true);
  });

  it('does not cover what was asked before it ended and began anew: others may have it', () => {
    const lease = new Lease(LENGTH);
    const asked = performance.now();
    vi.advanceTimersByTime(LENGTH);
    lease.renewed(Lease.now());
    expect(lease.holds).toBe(true);
    expect(lease.coversSince(asked)).toBe(false);
    expect(lease.coversSince(performance.now())).toBe(true);
  });

  it('does not cover what was asked before somebody took the worker for dead, however soon that was', () => {
    const lease = new Lease(LENGTH);
    const asked = performance.now();
    vi.advanceTimersByTime(1);
    lease.lost();
    expect(lease.holds).toBe(false);
    lease.renewed(Lease.now());
    expect(lease.coversSince(asked)).toBe(false);
    expect(lease.coversSince(performance.now())).toBe(true);
  });
});
