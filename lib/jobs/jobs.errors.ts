import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import type { Duration } from '../scheduling/duration.js';

/**
 * Mistakes in the app's jobs and commands, found at start and told together.
 *
 * @publicApi
 */
export class JobDefinitionError extends EventFlowJobsError {
  constructor(
    /** One sentence a mistake; each names the class and the mend. */
    readonly mistakes: readonly string[],
  ) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    super(
      `Found ${count} in the jobs and commands of this app:\n${mistakes.map((text) => `- ${text}`).join('\n')}`,
    );
  }
}

/**
 * A class was scheduled, or asked for, that this app did not register.
 *
 * @publicApi
 */
export class JobNotRegisteredError extends EventFlowJobsError {}

/**
 * A stored name and version that no registered class stands for.
 *
 * @publicApi
 */
export class UnknownJobError extends EventFlowJobsError {}

/**
 * An attempt ran for longer than its policy's `timeout`. It counts as a failed attempt.
 *
 * @publicApi
 */
export class JobTimeoutError extends EventFlowJobsError {}

/**
 * The reason of `context.signal` when a running entry was cancelled.
 *
 * @publicApi
 */
export class JobCancelledError extends EventFlowJobsError {}

/**
 * The reason of `context.signal` when the worker's drain ended before the attempt did: the entry goes back and runs
 * again later.
 *
 * @publicApi
 */
export class WorkerStoppedError extends EventFlowJobsError {}

/**
 * Thrown by a job or a command handler: fail now, whatever attempts are left.
 *
 * @publicApi
 */
export class DiscardJobError extends EventFlowJobsError {}

/**
 * Thrown by a job or a command handler: run again after `delay`; no attempt is used up.
 *
 * @publicApi
 */
export class SnoozeJobError extends EventFlowJobsError {
  constructor(
    /** From the moment it was thrown. */
    readonly delay: Duration,
  ) {
    super(`Asked to be run again after ${delay}${typeof delay === 'number' ? ' ms' : ''}.`);
  }
}
