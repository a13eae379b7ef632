import type { Duration } from '../scheduling/duration.js';
import { toMilliseconds } from '../scheduling/duration.js';
import { shown } from '../scheduling/invalid-schedule.error.js';

/**
 * How long to wait after a failed attempt.
 *
 * @publicApi
 */
export interface BackoffOptions {
  /** `fixed`: the same delay each time. `exponential`: doubled after each attempt. */
  type: 'fixed' | 'exponential';
  /** After the first attempt. */
  delay: Duration;
  /**
   * No delay is longer, jitter included.
   * @default '1h' for exponential, none for fixed
   */
  max?: Duration;
  /**
   * From 0 to 1: up to this part of the delay is added by chance, so that what failed together does not come back
   * together.
   * @default 0
   */
  jitter?: number;
}

/**
 * How entries are run. For a class, `@JobPolicy`; for one call, its options, which win.
 *
 * @publicApi
 */
export interface JobPolicyOptions {
  /**
   * The most attempts there will be, the first one included.
   * @default 10
   */
  attempts?: number;
  /**
   * The delay after a failed attempt; a function gets the number of the attempt, from 1, and what it threw.
   * @default exponential, with jitter, from 1 s to 1 h
   */
  backoff?: BackoffOptions | ((attempt: number, error: Error) => Duration);
  /**
   * Of one attempt: then `context.signal` aborts, and the attempt counts as failed even if the code goes on.
   * @default none
   */
  timeout?: Duration;
  /** @default 'default' */
  queue?: string;
  /**
   * Within a queue, of what is due: higher first.
   * @default 0
   */
  priority?: number;
}

/** What a single call said about backoff and timeout, as it is stored with the entry. */
export type EntryPolicy = Pick<JobPolicyOptions, 'backoff' | 'timeout'>;

export const DEFAULT_ATTEMPTS = 10;
export const DEFAULT_QUEUE = 'default';
const DEFAULT_BACKOFF: BackoffOptions = { type: 'exponential', delay: 1_000, max: 3_600_000, jitter: 0.5 };
const DEFAULT_EXPONENTIAL_MAX = 3_600_000;
/** Beyond every maximum, yet a number that can be multiplied. */
const MOST_DOUBLINGS = 60;

/** Each field read once, and none but these. */
export function copyOfPolicy(policy: JobPolicyOptions | null): JobPolicyOptions {
  const { attempts, backoff, timeout, queue, priority } = policy ?? {};
  return {
    attempts,
    backoff: typeof backoff === 'object' && backoff !== null ? copyOfBackoff(backoff) : backoff,
    timeout,
    queue,
    priority,
  };
}

function copyOfBackoff({ type, delay, max, jitter }: BackoffOptions): BackoffOptions {
  return { type, delay, ...(max !== undefined && { max }), ...(jitter !== undefined && { jitter }) };
}

/** What is wrong with a policy, as the end of a sentence; `undefined` where nothing is. */
export function problemOfPolicy(policy: JobPolicyOptions): string | undefined {
  const { attempts, backoff, timeout, queue, priority } = policy;
  if (attempts !== undefined && (!Number.isInteger(attempts) || attempts < 1 || attempts > 2 ** 31 - 1)) {
    return `attempts must be a whole number from 1 to ${2 ** 31 - 1}, but is ${shown(attempts)}`;
  }
  if (priority !== undefined && (!Number.isInteger(priority) || Math.abs(priority) > 1_000_000)) {
    return `priority must be a whole number from -1000000 to 1000000, but is ${shown(priority)}`;
  }
  if (
    queue !== undefined &&
    !(typeof queue === 'string' && /^[\p{L}\p{Nd}][\p{L}\p{Nd}._/-]{0,99}$/u.test(queue))
  ) {
    return 'queue must be 1 to 100 letters, digits and . _ - / and begin with a letter or a digit';
  }
  if (timeout !== undefined && !((durationOf(timeout) ?? 0) > 0))
    return 'timeout must be a duration above zero';
  return problemOfBackoff(backoff);
}

/** The delay after the attempt of this number, in milliseconds. */
export function retryDelay(
  backoff: JobPolicyOptions['backoff'],
  attempt: number,
  error: Error,
  random: () => number = Math.random,
): number {
  if (typeof backoff === 'function') return Math.max(0, toMilliseconds(backoff(attempt, error)));
  const { type, delay, max, jitter = 0 } = backoff ?? DEFAULT_BACKOFF;
  const first = toMilliseconds(delay);
  const most =
    max !== undefined ? toMilliseconds(max) : type === 'exponential' ? DEFAULT_EXPONENTIAL_MAX : Infinity;
  const base = type === 'fixed' ? first : first * 2 ** Math.min(attempt - 1, MOST_DOUBLINGS);
  return Math.round(Math.min(base * (1 + jitter * random()), Math.max(most, 0)));
}

function problemOfBackoff(backoff: JobPolicyOptions['backoff']): string | undefined {
  if (backoff === undefined || typeof backoff === 'function') return undefined;
  const { type, delay, max, jitter } = (backoff ?? {}) as Partial<BackoffOptions>;
  if (type !== 'fixed' && type !== 'exponential') return "backoff.type must be 'fixed' or 'exponential'";
  if (!((durationOf(delay) ?? -1) >= 0)) return 'backoff.delay must be a duration of zero or more';
  if (max !== undefined && !((durationOf(max) ?? -1) >= 0))
    return 'backoff.max must be a duration of zero or more';
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1)) return 'backoff.jitter must be from 0 to 1';
  return undefined;
}

function durationOf(value: unknown): number | undefined {
  try {
    return toMilliseconds(value as Duration);
  } catch {
    return undefined; // said as a problem of the policy
  }
}
