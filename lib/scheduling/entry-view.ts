import type { JobMapper } from '../jobs/job-mapper.js';
import type { JobEntry, JobFailure, RecurringEntry } from './job-entry.js';
import type { StoredRecurring } from './recurring.js';
import type { StoredEntry, StoredError } from './stored-entry.js';
import { MOST_EARLIER, earlierOf } from './stored-failures.js';

/** A stored entry as users see it. */
export function toJobEntry(stored: StoredEntry, mapper: JobMapper): JobEntry {
  const { id, name, version, state, attempt, attempts, queue, priority, metadata } = stored;
  return {
    id,
    name,
    version,
    state,
    runAt: new Date(stored.runAt),
    scheduledAt: new Date(stored.scheduledAt),
    ...(stored.startedAt !== undefined && { startedAt: new Date(stored.startedAt) }),
    ...(stored.finishedAt !== undefined && { finishedAt: new Date(stored.finishedAt) }),
    attempt,
    attempts,
    ...(stored.key !== undefined && { key: stored.key }),
    queue,
    priority,
    data: mapper.view(stored),
    metadata: { ...metadata },
    ...(stored.command && { command: stored.command }),
    ...(stored.progress && { progress: stored.progress }),
    ...(stored.lastError && {
      lastError: errorOf(stored.lastError),
      failures: failuresOf(stored.lastError, attempt),
    }),
    ...(state === 'running' && stored.worker !== undefined && { worker: stored.worker }),
  };
}

/** A stored recurring job as users see it. */
export function toRecurringEntry(stored: StoredRecurring): RecurringEntry {
  const { id, schedule, nextRunAt, lastRunAt, paused } = stored;
  return {
    id,
    name: stored.stored.name,
    version: stored.stored.version,
    schedule: { ...schedule },
    ...(nextRunAt !== undefined && { nextRunAt: new Date(nextRunAt) }),
    ...(lastRunAt !== undefined && { lastRunAt: new Date(lastRunAt) }),
    ...(paused && { paused }),
  };
}

function errorOf({ name, message, stack }: StoredError): NonNullable<JobEntry['lastError']> {
  return { name, message, ...(stack !== undefined && { stack }) };
}

function failuresOf(lastError: StoredError, attempt: number): JobFailure[] {
  return [...earlierOf(lastError).slice(-MOST_EARLIER), lastError].map((error) => ({
    attempt: error.attempt ?? attempt,
    ...(typeof error.at === 'number' && { at: new Date(error.at) }),
    ...errorOf(error),
  }));
}
