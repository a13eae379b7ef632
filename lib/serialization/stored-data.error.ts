import { EventFlowJobsError } from '../eventflow-jobs.error.js';

/**
 * Stored data that cannot be turned back into values: it is damaged, was written by something else, or names a
 * value class that this process has not registered. The message never quotes the data.
 *
 * @publicApi
 */
export class StoredDataError extends EventFlowJobsError {
  constructor(reason: string, options?: ErrorOptions) {
    super(`Stored data cannot be read: ${reason}`, options);
  }
}
