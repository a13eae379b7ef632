import type { StoredEntry, StoredError } from '../scheduling/stored-entry.js';
import type { ParkedReason } from './unrunnable-job.error.js';

/**
 * What an attempt came to, for the store to write down.
 *
 * - `retrying`: again at `runAt`
 * - `snoozed`, `released` (the worker stopped), `parked`: the attempt does not count
 */
export type Outcome =
  | { readonly type: 'succeeded' }
  | { readonly type: 'retrying'; readonly runAt: number; readonly error: StoredError }
  | { readonly type: 'failed'; readonly error: StoredError }
  | { readonly type: 'cancelled' }
  | { readonly type: 'snoozed'; readonly runAt: number }
  | { readonly type: 'released' }
  | { readonly type: 'parked'; readonly reason: ParkedReason; readonly text: string };

/** The end of one attempt. */
export interface AttemptResult {
  readonly entry: StoredEntry;
  readonly outcome: Outcome;
  /** What was thrown, if anything was. */
  readonly error?: Error;
  readonly durationMs: number;
}

const LONGEST_MESSAGE = 2_000;
const LONGEST_STACK = 8_000;

/** Class, message and stack of what was thrown, and nothing else that might hang on it. */
export function toStoredError(error: Error): StoredError {
  const { name, message, stack } = error;
  return {
    name: String(name).slice(0, 255),
    message: String(message).slice(0, LONGEST_MESSAGE),
    ...(stack !== undefined && { stack: String(stack).slice(0, LONGEST_STACK) }),
  };
}

/** Whatever was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`Something other than an Error was thrown: ${typeof thrown}`, { cause: thrown });
}
