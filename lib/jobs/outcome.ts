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

/**
 * The end of one attempt.
 *
 * @publicApi
 */
export interface AttemptResult {
  readonly entry: StoredEntry;
  readonly outcome: Outcome;
  /** What was thrown, if anything was. */
  readonly error?: Error;
  readonly durationMs: number;
}
