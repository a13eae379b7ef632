import { EventFlowJobsError } from '../eventflow-jobs.error.js';

/**
 * Data that would not come back as it went in, that is too large, or that a schema refuses.
 * Thrown when the entry is scheduled, before anything is stored.
 *
 * @publicApi
 */
export class JobSerializationError extends EventFlowJobsError {
  constructor(
    message: string,
    /** Where the culprit lies in the data: `items[2].price`. Empty for the data as a whole. */
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
