import type { EntryToSchedule } from '../jobs/job-interceptor.interface.js';
import type { Job } from '../jobs/job.interface.js';
import type { StoredJob } from '../jobs/stored-job.js';
import type { NewEntry } from './stored-entry.js';

/** What interceptors see of an entry. Their metadata is a copy: what they do to it is read when it is stored. */
export function entryToSchedule(job: Job, planned: NewEntry): EntryToSchedule {
  const { id, name, version, command, queue, key, runAt, metadata } = planned;
  return {
    metadata: { ...metadata },
    job,
    name,
    version,
    ...(command && { command }),
    queue,
    ...(key !== undefined && { key }),
    id,
    runAt: new Date(runAt),
  };
}

/** What they see of a recurring job. */
export function recurringToSchedule(
  recurring: string,
  job: Job,
  { stored, queue }: { readonly stored: StoredJob; readonly queue: string },
): EntryToSchedule {
  const { name, version, command } = stored;
  return { metadata: {}, job, name, version, ...(command && { command }), queue, recurring };
}
