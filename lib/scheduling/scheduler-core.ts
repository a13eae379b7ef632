import type { ModuleRef } from '@nestjs/core';
import type { JobInterceptors } from '../jobs/job-interceptors.js';
import type { JobMapper } from '../jobs/job-mapper.js';
import type { JobReporter } from '../jobs/job-reporter.js';
import type { JobRunner } from '../jobs/job-runner.js';
import type { EntryPlanner } from './entry-planner.js';
import type { StoredJob } from '../jobs/stored-job.js';

/**
 * What the library gives a scheduler to work with, once the app is put together.
 *
 * @publicApi
 */
export interface SchedulerCore {
  readonly planner: EntryPlanner;
  readonly mapper: JobMapper;
  readonly interceptors: JobInterceptors;
  /** Runs entries; it never throws. */
  readonly runner: JobRunner;
  /** To be told what the store has written down. */
  readonly reporter: JobReporter;
  readonly moduleRef: ModuleRef;
  /** For tools that only look: the store is opened without changing anything in it, be it of an older release. */
  readonly readsOnly?: boolean;
  /** How long a call may wait for the store, in ms. */
  readonly operationTimeout: number;
  /** Whether this process has a class, and for a command a handler, for a stored job. */
  readonly knows: (stored: Pick<StoredJob, 'name' | 'version' | 'command'>) => boolean;
  /** Finds the app's definitions, if that has not happened yet. */
  readonly discover: () => void;
  /** Makes the app's interceptors, if that has not happened yet. */
  readonly prepare: () => Promise<void>;
}
