import { answeredWithin } from '../../engine/answered-within.js';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { bareError } from '../../jobs/bare-error.js';
import { messageOf } from '../../jobs/thrown.js';
import { SchedulerUnavailableError } from '../../scheduling/scheduling.errors.js';

/** Loading its file, read-only as after a failover, out of memory, unable to save, busy with a script, a cluster that is down. */
const AWAY =
  /^(?:ERR Error running script.*?: ?.*?)?-?(LOADING|READONLY|OOM|MISCONF|BUSY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|MOVED|ASK)\b/;

/** Whether the server, rather than the call, is what failed. */
function isAway(error: unknown): boolean {
  if (error instanceof EventFlowJobsError) return error instanceof SchedulerUnavailableError;
  const { name, message } = error as Error;
  // What is no answer of the server comes from the way to it.
  return name !== 'ReplyError' || AWAY.test(message);
}

/** @throws {SchedulerUnavailableError} where the server cannot be reached, or does not answer in time. */
export async function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  try {
    return await answeredWithin(timeout, 'Redis', work);
  } catch (thrown) {
    const error = thrown instanceof EventFlowJobsError ? thrown : bareError(thrown);
    if (error instanceof SchedulerUnavailableError || !isAway(error)) throw error;
    throw new SchedulerUnavailableError(`Redis cannot be reached: ${messageOf(error)}`, { cause: error });
  }
}
