import { printable } from '../serialization/printable.js';
import type { JobExplanation, WorkerEntry } from './job-entry.js';
import type { StoredEntry } from './stored-entry.js';

/**
 * What may keep a due entry from running, beside its own state.
 *
 * @publicApi
 */
export interface Obstacles {
  /** Its queue, or every queue, is paused. */
  readonly paused?: boolean;
  /** No worker that can be seen from here claims entries. */
  readonly noWorker?: boolean;
  /** A limit that keeps every worker from beginning it now, as a sentence. */
  readonly limit?: string;
  /** The worker that runs it. */
  readonly worker?: WorkerEntry;
}

export function explainEntry(entry: StoredEntry, now: number, obstacles: Obstacles): JobExplanation {
  switch (entry.state) {
    case 'scheduled':
      return explainWaiting(entry, now, obstacles);
    case 'running': {
      const since = entry.startedAt === undefined ? '' : ` since ${iso(entry.startedAt)}`;
      const where = placeOf(entry, obstacles);
      return {
        reason: 'running',
        text: `Attempt ${entry.attempt} of ${entry.attempts} is running${since}${where}.`,
      };
    }
    case 'parked':
      return {
        reason: 'parked',
        text: `It is parked: ${printable(entry.parked?.text ?? 'no process knows it.')} It runs by itself once a process can take it.`,
      };
    default: {
      const when = entry.finishedAt === undefined ? '' : ` at ${iso(entry.finishedAt)}`;
      return { reason: entry.state, text: `It ${ENDINGS[entry.state]}${when}${errorText(entry)}.` };
    }
  }
}

const ENDINGS = { succeeded: 'has succeeded', failed: 'has failed', cancelled: 'was cancelled' };

function placeOf({ worker: id }: StoredEntry, { worker }: Obstacles): string {
  if (!worker)
    return id === undefined ? '' : ` in worker ${id}, which is gone: it runs again when its lease ends`;
  if (worker.isHere) return ' in this process';
  const process = worker.pid === undefined ? '' : `, process ${worker.pid}`;
  return ` in worker ${worker.id}${worker.host === undefined ? '' : ` on ${worker.host}${process}`}`;
}

function explainWaiting(
  entry: StoredEntry,
  now: number,
  { paused, noWorker, limit }: Obstacles,
): JobExplanation {
  const expectedAt = new Date(entry.runAt);
  if (entry.runAt > now && entry.attempt > 0) {
    const text = `Attempt ${entry.attempt} of ${entry.attempts} failed${errorText(entry)}; the next is due at ${iso(entry.runAt)}.`;
    return { reason: 'retrying', text, expectedAt };
  }
  if (entry.runAt > now) return { reason: 'not-due', text: `It is due at ${iso(entry.runAt)}.`, expectedAt };
  if (paused) {
    const queue = printable(entry.queue);
    const mend = `resume('${queue}'), or resume() where every queue is paused`;
    return { reason: 'paused', text: `It is due, but its queue '${queue}' is paused: call ${mend}.` };
  }
  if (noWorker) {
    return {
      reason: 'no-worker',
      text: 'It is due, but no worker is running: start a process with `worker`, or start the worker of this one.',
    };
  }
  if (limit !== undefined) return { reason: 'limit', text: `It is due, but ${limit}` };
  return {
    reason: 'overdue',
    text: `It was due at ${iso(entry.runAt)} and waits for a free slot of a worker.`,
  };
}

/** As it stands in an explanation. */
export function errorText({ lastError }: Pick<StoredEntry, 'lastError'>): string {
  return lastError ? printable(`: ${lastError.name}: ${lastError.message.replace(/\.$/, '')}`) : '';
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
