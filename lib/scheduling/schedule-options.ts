import type { JobPolicyOptions } from '../jobs/job-policy.js';
import type { Job } from '../jobs/job.interface.js';
import type { Duration } from './duration.js';

/**
 * Options of a single call; what they say about the policy wins over the class's.
 *
 * @publicApi
 */
export interface ScheduleOptions extends JobPolicyOptions {
  /** Unique among pending entries, across queues and processes; 1 to 255 characters. */
  key?: string;
  /**
   * What to do when a pending entry holds the key: `keep` it, and give its id; `replace` it: it is cancelled; `reject`
   * the call with a {@link DuplicateJobKeyError}.
   * @default 'keep'
   */
  onConflict?: 'keep' | 'replace' | 'reject';
  /** The caller's open transaction, where the scheduler offers that: rolled back, the entry was never there. */
  transaction?: unknown;
  /** Travels with the entry, to interceptors and the job. */
  metadata?: Record<string, string>;
}

/**
 * One of many for `scheduleMany()`.
 *
 * @publicApi
 */
export type ScheduleEntry = ScheduleOptions & {
  job: Job;
  /** @default now */
  when?: Date | Duration;
};
