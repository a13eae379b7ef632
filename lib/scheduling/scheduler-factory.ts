import type { JobScheduler } from './job-scheduler.js';

/**
 * What `instantScheduler()` and its like return.
 *
 * @publicApi
 */
export interface SchedulerFactory {
  readonly kind: string;
  create(): JobScheduler;
}
