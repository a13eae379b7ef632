import { describe, expect, it, vi } from 'vitest';
import {
  type BackoffOptions,
  type JobPolicyOptions,
  problemOfPolicy,
  retryDelay,
} from '../../lib/jobs/job-policy.js';

const HOUR = 3_600_000;

describe('A policy', () => {
  it.each<[string, JobPolicyOptions]>([
    ['nothing at all', {}],
    ['one attempt', { attempts: 1 }],
    ['as many attempts as a store can count', { attempts: 2 ** 31 - 1 }],
    ['the lowest priority', { priority: -1_000_000 }],
    ['the highest priority', { priority: 1_000_000 }],
    ['a queue of one letter', { queue: 'q' }],
    ['a queue of all signs', { queue: '9Über/mail.fast_lane-2' }],
    ['a queue of 100 letters', { queue: 'q'.repeat(100) }],
    ['a timeout of a millisecond', { timeout: 1 }],
    ['a timeout as text', { timeout: '90s' }],
    ['a backoff function', { backoff: () => 0 }],
    ['a fixed backoff of nothing', { backoff: { type: 'fixed', delay: 0 } }],
    ['an exponential backoff', { backoff: { type: 'exponential', delay: '1s', max: '1h', jitter: 1 } }],
    ['a backoff that is at most nothing', { backoff: { type: 'fixed', delay: 5, max: 0, jitter: 0 } }],
  ])('may say %s', (_, policy) => {
    expect(problemOfPolicy(policy)).toBeUndefined();
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31, '3', null])('may not say attempts: %s', (attempts) => {
    expect(problemOfPolicy({ attempts: attempts as number })).toBe(
      `attempts must be a whole number from 1 to 2147483647, but is ${typeof attempts === 'string' ? `"${attempts}"` : attempts}`,
    );
  });

  it.each([1_000_001, -1_000_001, 0.5, Number.NaN, '1'])('may not say priority: %s', (priority) => {
    expect(problemOfPolicy({ priority: priority as number })).toBe(
      `priority must be a whole number from -1000000 to 1000000, but is ${typeof priority === 'string' ? `"${priority}"` : priority}`,
    );
  });

  it.each(['', ' ', '-mail', 'a b', 'mail!', 'q'.repeat(101), 7, null])('may not say queue: %s', (queue) => {
    expect(problemOfPolicy({ queue: queue as string })).toBe(
      'queue must be 1 to 100 letters, digits and . _ - / and begin with a letter or a digit',
    );
  });

  it.each([0, -1, '0s', 'soon', null])('may not say timeout: %s', (timeout) => {
    expect(problemOfPolicy({ timeout: timeout as number })).toBe('timeout must be a duration above zero');
  });

  it.each([
    ["backoff.type must be 'fixed' or 'exponential'", { type: 'linear', delay: 1 }],
    ["backoff.type must be 'fixed' or 'exponential'", null],
    ['backoff.delay must be a duration of zero or more', { type: 'fixed' }],
    ['backoff.delay must be a duration of zero or more', { type: 'fixed', delay: -1 }],
    ['backoff.delay must be a duration of zero or more', { type: 'exponential', delay: 'soon' }],
    ['backoff.max must be a duration of zero or more', { type: 'fixed', delay: 1, max: -1 }],
    ['backoff.max must be a duration of zero or more', { type: 'fixed', delay: 1, max: 'long' }],
    ['backoff.jitter must be from 0 to 1', { type: 'fixed', delay: 1, jitter: -0.1 }],
    ['backoff.jitter must be from 0 to 1', { type: 'fixed', delay: 1, jitter: 1.1 }],
    ['backoff.jitter must be from 0 to 1', { type: 'fixed', delay: 1, jitter: 'much' }],
  ])('is refused, since %s: %j', (problem, backoff) => {
    expect(problemOfPolicy({ backoff: backoff as BackoffOptions })).toBe(problem);
  });
});

describe('The delay before the next attempt', () => {
  const error = new Error('again');
  const never = () => 0;
  const most = () => 1;
  const delays = (backoff: JobPolicyOptions['backoff'], random = never) =>
    [1, 2, 3, 4].map((attempt) => retryDelay(backoff, attempt, error, random));

  it('is the same each time when it is fixed', () => {
    expect(delays({ type: 'fixed', delay: '2s' })).toEqual([2_000, 2_000, 2_000, 2_000]);
  });

  it('doubles after each attempt when it is exponential', () => {
    expect(delays({ type: 'exponential', delay: 100 })).toEqual([100, 200, 400, 800]);
  });

  it('is never above its maximum, jitter included', () => {
    expect(delays({ type: 'exponential', delay: 100, max: '250ms' })).toEqual([100, 200, 250, 250]);
    expect(delays({ type: 'fixed', delay: 100, max: 150, jitter: 1 }, most)).toEqual([150, 150, 150, 150]);
    expect(delays({ type: 'fixed', delay: 100, max: 0 })).toEqual([0, 0, 0, 0]);
  });

  it('has a maximum of an hour when it is exponential, and none when it is fixed', () => {
    expect(retryDelay({ type: 'exponential', delay: '50m' }, 2, error, never)).toBe(HOUR);
    expect(retryDelay({ type: 'fixed', delay: '50h' }, 2, error, never)).toBe(50 * HOUR);
  });

  it('is longer by chance, up to the part that jitter says', () => {
    expect(delays({ type: 'fixed', delay: 100, jitter: 0.5 }, never)).toEqual([100, 100, 100, 100]);
    expect(delays({ type: 'fixed', delay: 100, jitter: 0.5 }, most)).toEqual([150, 150, 150, 150]);
    expect(retryDelay({ type: 'fixed', delay: 100, jitter: 0.5 }, 1, error, () => 0.25)).toBe(113);
  });

  it('is exponential by default, from 1 s to 1 h, with jitter', () => {
    expect(delays(undefined)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(delays(undefined, most)).toEqual([1_500, 3_000, 6_000, 12_000]);
    expect(retryDelay(undefined, 13, error, most)).toBe(HOUR);
  });

  it('is what a function gives for the number of the attempt and what it threw, at least nothing', () => {
    const backoff = vi.fn((attempt: number) => `${attempt}s` as const);
    expect(delays(backoff)).toEqual([1_000, 2_000, 3_000, 4_000]);
    expect(backoff).toHaveBeenLastCalledWith(4, error);
    expect(delays(() => -5)).toEqual([0, 0, 0, 0]);
  });
});
