import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import type { WorkerEntry } from '../../scheduling/job-entry.js';
import type { JobScheduler } from '../../scheduling/job-scheduler.js';

export function workersOf(scheduler: JobScheduler): Promise<WorkerEntry[]> {
  return scheduler.workers();
}

/** @throws {EventFlowJobsError} where somebody does. */
export function assertNobodyWorks(workers: readonly WorkerEntry[]): void {
  if (workers.length === 0) return;
  const named = workers.map((one) => `${nameOf(one)} (last seen ${one.seenAt.toISOString()})`);
  throw new EventFlowJobsError(
    `On the source there works ${named.join(', ')}: what it runs meanwhile would run on the target too. Stop it first; ` +
      'one that was killed counts until its lease ends, 15 to 30 seconds. --force copies all the same.',
  );
}

export function nameOf({ host, pid, id }: Pick<WorkerEntry, 'host' | 'pid' | 'id'>): string {
  return pid === undefined ? `worker ${id}` : `process ${pid}${host === undefined ? '' : ` on ${host}`}`;
}
