import type { JobId } from '../jobs/job-id.js';
import type { JobState, QueueEntry, WorkerEntry } from '../scheduling/job-entry.js';
import type { ListQuery } from '../scheduling/queries.js';
import type { StoredRecurring } from '../scheduling/recurring.js';
import type { Adoption, EntryRef, InsertResult, NewEntry, StoredEntry } from '../scheduling/stored-entry.js';
import type { StoredJob } from '../jobs/stored-job.js';
import type { ParkedReason } from '../jobs/unrunnable-job.error.js';
import type { Demand, Exchange, MaybePromise, Settlement, WorkSource } from '../worker/work-source.js';

export type Knows = (stored: Pick<StoredJob, 'name' | 'version' | 'command'>) => boolean;

export type RecurringChange = (standing: StoredRecurring | undefined) => StoredRecurring | undefined;

/**
 * Where the engine keeps its entries: memory, a file, a server. Each method is one step that happens whole or not at
 * all. `now` is milliseconds since 1970, UTC, from the engine's clock.
 */
export interface EntryStore {
  open(): MaybePromise<void>;
  close(): MaybePromise<void>;

  /** All or none. @throws {DuplicateJobKeyError} for a taken key with `reject`. */
  insert(entries: readonly NewEntry[], now: number, transaction?: unknown): MaybePromise<InsertResult[]>;
  /** See {@link SchedulerBackend.adoptEntries}. */
  adopt(entries: readonly StoredEntry[], now: number): MaybePromise<Adoption>;
  find(ref: EntryRef): MaybePromise<StoredEntry | undefined>;
  list(query: ListQuery): MaybePromise<{ entries: StoredEntry[]; cursor?: string }>;
  counts(): MaybePromise<Record<JobState, number>>;
  queues(): MaybePromise<QueueEntry[]>;
  /** Those that have a place in the store, and have shown within their lease that they live. */
  livingWorkers(now: number): MaybePromise<WorkerEntry[]>;
  /** When the first was due of all that may be claimed now. */
  oldestDue(now: number): MaybePromise<number | undefined>;

  /** Ends what waits; asks what runs to stop. `undefined` where there is neither. The entry is as it was before. */
  cancel(ref: EntryRef, now: number): MaybePromise<StoredEntry | undefined>;
  reschedule(ref: EntryRef, runAt: number): MaybePromise<boolean>;
  retry(id: JobId, now: number): MaybePromise<boolean>;
  progress(id: JobId, claim: number, progress: NonNullable<StoredEntry['progress']>): void;

  /** See {@link WorkSource.answersMeanwhile}. */
  readonly answersMeanwhile?: boolean;
  /** See {@link WorkSource.mostBytes}. */
  readonly mostBytes?: number;
  /** See {@link WorkSource.onDisk}. */
  onDisk?(): Promise<void> | undefined;
  /** See {@link WorkSource.perform}. */
  perform?: WorkSource['perform'];
  /** Writes down what ended, and claims what is due; entries of unknown classes are parked instead. */
  exchange(
    settlements: readonly Settlement[],
    demand: Demand,
    knows: Knows,
    now: number,
  ): MaybePromise<Exchange>;
  /** Parked entries whose class is known wait again. */
  release(knows: Knows, reasons: readonly ParkedReason[]): MaybePromise<number>;
  /** Entries that have not ended. */
  unfinished(): MaybePromise<number>;

  recurring(): MaybePromise<readonly StoredRecurring[]>;
  /**
   * Puts what `change` makes of the one that stands, if one does; nothing, where it gives none.
   *
   * @param declares whether this process declares it from now on.
   */
  updateRecurring(id: string, change: RecurringChange, declares?: boolean): MaybePromise<void>;
  /** Of those that are declared, only these are by this process. */
  retainDeclared(ids: readonly string[]): MaybePromise<void>;
  /** Since when any process has been there to see the ticks. */
  workingSince(): MaybePromise<number | undefined>;
  deleteRecurring(id: string): MaybePromise<boolean>;
  /** Moves a recurring job on and inserts the tick's entry; nothing, where another process has done so already. */
  tick(before: StoredRecurring, after: StoredRecurring, entry: NewEntry | undefined): MaybePromise<boolean>;

  /** Without a queue, all of them. */
  pause(queue?: string): MaybePromise<void>;
  resume(queue?: string): MaybePromise<void>;
  isPaused(queue: string): MaybePromise<boolean>;
}
