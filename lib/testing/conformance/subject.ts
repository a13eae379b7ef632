import type { Type } from '@nestjs/common';
import type { Capability } from '../../scheduling/capability.js';
import type { JobScheduler } from '../../scheduling/job-scheduler.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';

/**
 * The scheduler that is to be proved.
 *
 * @publicApi
 */
export interface ConformanceSubject {
  /** For the messages. */
  readonly name: string;
  /** What it declares: the cases that need anything else are skipped. */
  readonly capabilities: readonly Capability[];
  /** Called for each case: an empty store, of which nothing of other cases is seen. */
  setUp(): ConformanceStore | Promise<ConformanceStore>;
}

/**
 * An empty store, and schedulers on it.
 *
 * @publicApi
 */
export interface ConformanceStore {
  /**
   * For `scheduler` of a new app. With `durable`, cases call it again for an app that finds what the one before left;
   * with `distributed`, for one that runs beside it.
   */
  scheduler(): SchedulerFactory | Type<JobScheduler>;
  /** Needed for `transaction`: runs `work` in a transaction of the store, and commits or rolls back. */
  transaction?(end: 'commit' | 'rollback', work: (transaction: unknown) => Promise<void>): Promise<void>;
  /** Needed for `durable`: the store cannot be reached while `work` runs, and can afterwards. */
  outage?(work: () => Promise<void>): Promise<void>;
  /** Called when the case has ended, with all its apps closed. */
  tearDown?(): void | Promise<void>;
}

/**
 * One promise, to be run by the test runner of your choice.
 *
 * @publicApi
 */
export interface ConformanceCase {
  /** The promise, from 1 to 13, and what of it is proved. */
  readonly name: string;
  /** The capabilities that it needs. */
  readonly needs: readonly Capability[];
  /** Why it is not to be run: the first capability that it needs and that is not declared. */
  readonly skip?: string;
  /** Rejects where the promise is not kept. */
  readonly run: () => Promise<void>;
}
