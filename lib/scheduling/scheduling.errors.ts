import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import { printable } from '../serialization/printable.js';
import { type Capability, schedulerWith } from './capability.js';

/**
 * The key is held by another pending entry, and `onConflict` is `reject`.
 *
 * @publicApi
 */
export class DuplicateJobKeyError extends EventFlowJobsError {
  static of(key: string, holder: string): DuplicateJobKeyError {
    return new DuplicateJobKeyError(
      `The key '${printable(key)}' is held by the pending entry ${holder}: cancel that one first, or schedule with ` +
        "`onConflict: 'replace'` or `'keep'`.",
    );
  }
}

/**
 * The scheduler in use cannot do this.
 *
 * @publicApi
 */
export class UnsupportedOperationError extends EventFlowJobsError {
  static of(operation: string, scheduler: string, capability: Capability): UnsupportedOperationError {
    return new UnsupportedOperationError(
      `${scheduler} does not offer ${operation} (capability '${capability}'): choose ${schedulerWith(capability)} as ` +
        '`scheduler` of EventFlowJobsModule.forRoot().',
    );
  }
}

/**
 * The scheduler's store could not be reached in time. Whether the call took effect is not known.
 *
 * @publicApi
 */
export class SchedulerUnavailableError extends EventFlowJobsError {}
