import type { JobContext } from '../jobs/job-context.interface.js';
import {
  DiscardJobError,
  JobCancelledError,
  SnoozeJobError,
  WorkerStoppedError,
} from '../jobs/jobs.errors.js';

/** What an attempt came to. `released`: the worker stopped, and the entry goes back. */
export type AttemptOutcome = 'succeeded' | 'retrying' | 'failed' | 'cancelled' | 'snoozed' | 'released';

/** What is thrown asks for the entry to be run again, or ends it by somebody's wish: the job has not failed. */
const NO_FAILURE: ReadonlySet<AttemptOutcome> = new Set(['succeeded', 'cancelled', 'snoozed', 'released']);

export const isFailure = (outcome: AttemptOutcome): boolean => !NO_FAILURE.has(outcome);

/** As the runner will see it, unless an interceptor further out makes something else of it. */
export function outcomeOf(thrown: Error, job: JobContext, snoozes: boolean): AttemptOutcome {
  if (job.signal.aborted && thrown === job.signal.reason) {
    if (thrown instanceof JobCancelledError) return 'cancelled';
    if (thrown instanceof WorkerStoppedError) return 'released';
  }
  if (thrown instanceof SnoozeJobError && snoozes) return 'snoozed';
  return thrown instanceof DiscardJobError || job.attempt >= job.attempts ? 'failed' : 'retrying';
}
