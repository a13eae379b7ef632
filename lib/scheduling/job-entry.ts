import type { JobId } from '../jobs/job-id.js';
import type { RecurringSchedule } from './recurring-schedule.js';

/**
 * - `scheduled`: waits for its time, a retry included
 * - `running`: a worker has claimed it
 * - `succeeded`, `cancelled`: ended so
 * - `failed`: its attempts are used up, or it was discarded
 * - `parked`: no process knows its name and version yet, or its data was refused
 *
 * @publicApi
 */
export type JobState = 'scheduled' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'parked';

export const JOB_STATES: readonly JobState[] = [
  'scheduled',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'parked',
];

/**
 * A scheduled job as it is stored.
 *
 * @publicApi
 */
export interface JobEntry {
  readonly id: JobId;
  /** As stored: the name of its definition when it was scheduled. */
  readonly name: string;
  /** As stored: the version of its definition when it was scheduled. */
  readonly version: number;
  readonly state: JobState;
  /** When its next, or last, attempt is, or was, due. */
  readonly runAt: Date;
  readonly scheduledAt: Date;
  /** When the attempt that runs, or ran last, was begun. */
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Attempts begun so far. */
  readonly attempt: number;
  /** The most attempts there will be. */
  readonly attempts: number;
  readonly key?: string;
  readonly queue: string;
  readonly priority: number;
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, string>>;
  /** For a `PublishCommand` entry: the command it holds. */
  readonly command?: { readonly name: string; readonly version: number };
  readonly progress?: { readonly fraction: number; readonly note?: string };
  /** What the last failed attempt threw. */
  readonly lastError?: { name: string; message: string; stack?: string };
  /** What failed attempts threw, oldest first: of many, the last 20. Missing where none has failed. */
  readonly failures?: readonly JobFailure[];
  /** While it runs: the worker that runs it, as `workers()` names it. */
  readonly worker?: string;
}

/**
 * A failed attempt.
 *
 * @publicApi
 */
export interface JobFailure {
  /** Which one, from 1. */
  readonly attempt: number;
  /** When it failed. Missing where the entry does not tell. */
  readonly at?: Date;
  readonly name: string;
  readonly message: string;
  /** Of failures before the last one, its beginning. */
  readonly stack?: string;
}

/**
 * A bare string is an id. `{ key }` is the entry that holds the key, else the last that did.
 *
 * @publicApi
 */
export type IdOrKey = JobId | { id: JobId } | { key: string };

/**
 * Which entries `list()` is to give: those that fit all that is said.
 *
 * @publicApi
 */
export interface ListFilter {
  state?: JobState | JobState[];
  name?: string;
  /** A command's name. */
  command?: string;
  key?: string;
  queue?: string;
  /** Scheduled at this time or later. */
  scheduledFrom?: Date;
  /** Scheduled before this time. */
  scheduledBefore?: Date;
  /**
   * By when they were scheduled.
   * @default 'oldest-first'
   */
  order?: ListOrder;
  /**
   * From 1 to 10,000.
   * @default 100
   */
  limit?: number;
  /** Of the page before. */
  cursor?: string;
}

/**
 * In which order of scheduling `list()` gives entries.
 *
 * @publicApi
 */
export type ListOrder = 'oldest-first' | 'newest-first';

/**
 * Entries in the order in which they were scheduled.
 *
 * @publicApi
 */
export interface JobPage {
  readonly entries: JobEntry[];
  /** Where the next page begins; missing on the last one. */
  readonly cursor?: string;
}

/**
 * A recurring job, as `listRecurring()` tells it.
 *
 * @publicApi
 */
export interface RecurringEntry {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly schedule: RecurringSchedule;
  readonly nextRunAt?: Date;
  readonly lastRunAt?: Date;
  /** Whether its ticks pass without an entry, by `pauseRecurring()`. Missing where they do not. */
  readonly paused?: boolean;
}

/** Of what waits in a queue. */
export const MOST_COUNTED = 10_000;

/**
 * A queue, as `queues()` tells it.
 *
 * @publicApi
 */
export interface QueueEntry {
  readonly name: string;
  /** Its entries that are scheduled, due or not. Counted to 10,000: more are told as that. */
  readonly scheduled: number;
  /** No attempts of it are begun, by `pause(queue)`, or by `pause()` of all. */
  readonly paused: boolean;
}

/**
 * A worker that lives, as `workers()` tells it.
 *
 * @publicApi
 */
export interface WorkerEntry {
  readonly id: string;
  /** Of the machine that it runs on. */
  readonly host?: string;
  /** Of its process. */
  readonly pid?: number;
  /** Whether it is the one of this process. */
  readonly isHere: boolean;
  readonly startedAt: Date;
  /** When it last showed that it lives. */
  readonly seenAt: Date;
  /** How many attempts it runs. */
  readonly running: number;
  /** How many it can run at once, queues with slots of their own not counted. */
  readonly concurrency?: number;
  /** Slots of the queues that have some of their own. */
  readonly queues: Readonly<Record<string, number>>;
}

/**
 * Why an entry has not run, as `explain()` tells it.
 *
 * @publicApi
 */
export interface JobExplanation {
  /**
   * A word for programs: `not-due`, `retrying`, `paused`, `no-worker`, `limit`, `overdue`, `running`, `parked`,
   * `unknown`, or the state it ended in.
   */
  readonly reason: string;
  /** A sentence for people. */
  readonly text: string;
  readonly expectedAt?: Date;
}
