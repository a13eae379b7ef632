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
  /**
   * From 1 to 10,000.
   * @default 100
   */
  limit?: number;
  /** Of the page before. */
  cursor?: string;
}

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
}

/**
 * Why an entry has not run, as `explain()` tells it.
 *
 * @publicApi
 */
export interface JobExplanation {
  /** A word for programs: `not-due`, `retrying`, `paused`, `no-worker`, `overdue`, `running`, `parked`, `unknown`, or
   * the state it ended in. */
  readonly reason: string;
  /** A sentence for people. */
  readonly text: string;
  readonly expectedAt?: Date;
}
