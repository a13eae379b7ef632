import { EventFlowJobsError } from '../eventflow-jobs.error.js';

/**
 * - `unknown`: this process has no class for the name and version
 * - `refused`: an upgrader or a schema refused the data, or it cannot be read
 */
export type ParkedReason = 'unknown' | 'refused';

/** A stored job that this process cannot make again: the entry is parked, no attempt is used. */
export class UnrunnableJobError extends EventFlowJobsError {
  constructor(
    readonly reason: ParkedReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
