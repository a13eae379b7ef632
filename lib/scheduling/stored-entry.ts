import type { EntryPolicy } from '../jobs/job-policy.js';
import type { JobId } from '../jobs/job-id.js';
import type { StoredJob } from '../jobs/stored-job.js';
import type { ParkedReason } from '../jobs/unrunnable-job.error.js';
import type { JobState } from './job-entry.js';

/**
 * An entry on its way to a scheduler's store. Times are milliseconds since 1970, UTC.
 *
 * @publicApi
 */
export interface NewEntry extends StoredJob {
  readonly id: JobId;
  readonly runAt: number;
  readonly scheduledAt: number;
  readonly key?: string;
  readonly onConflict: 'keep' | 'replace' | 'reject';
  readonly queue: string;
  readonly priority: number;
  readonly attempts: number;
  /** What the call said about backoff and timeout; what it left out is the class's to say. */
  readonly policy?: EntryPolicy;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * What a failed attempt threw, without anything but class, message and stack; and, for a store to keep with it as it is,
 * what attempts before threw.
 *
 * @publicApi
 */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Which attempt threw it. */
  readonly attempt?: number;
  /** When it did. */
  readonly at?: number;
  /** Of attempts before, oldest first. */
  readonly earlier?: readonly Omit<StoredError, 'earlier'>[];
}

/**
 * An entry as a scheduler's store gives it back.
 *
 * @publicApi
 */
export interface StoredEntry extends Omit<NewEntry, 'onConflict'> {
  readonly state: JobState;
  /** Attempts begun so far. */
  readonly attempt: number;
  readonly finishedAt?: number;
  /** When the attempt that runs was begun. */
  readonly startedAt?: number;
  readonly progress?: { readonly fraction: number; readonly note?: string };
  readonly lastError?: StoredError;
  readonly parked?: { readonly reason: ParkedReason; readonly text: string };
  /** The worker that runs it, or ran it last. */
  readonly worker?: string;
  /** Whether it holds its key: it waits, and has not begun. Missing without a key, and where the store does not tell. */
  readonly holdsKey?: boolean;
  /** It runs, and was told to stop. */
  readonly stopping?: true;
}

/**
 * What became of an entry that was to be inserted.
 *
 * @publicApi
 */
export interface InsertResult {
  /** Its own id, or, for `keep`, the id of the pending entry that holds its key. */
  readonly id: JobId;
  readonly inserted: boolean;
  /** The scheduler tells of it itself: before, or after the commit of the caller's transaction. */
  readonly reported?: boolean;
  /** The entry that it replaced. */
  readonly replaced?: StoredEntry;
}

/**
 * An entry named by id or by key.
 *
 * @publicApi
 */
export type EntryRef = { readonly id: JobId } | { readonly key: string };

/**
 * What became of entries that were taken over from another scheduler.
 *
 * @publicApi
 */
export interface Adoption {
  readonly adopted: readonly JobId[];
  /** There already, in whatever state: left as they are. */
  readonly known: readonly JobId[];
  /** Left out: another entry that waits holds the key. */
  readonly conflicts: readonly { readonly id: JobId; readonly key: string; readonly holder: JobId }[];
}
