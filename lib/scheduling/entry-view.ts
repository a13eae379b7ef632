import type { JobMapper } from '../jobs/job-mapper.js';
import type { JobEntry } from './job-entry.js';
import type { StoredEntry } from './stored-entry.js';

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
    ...(stored.lastError && { lastError: stored.lastError }),
  };
}
