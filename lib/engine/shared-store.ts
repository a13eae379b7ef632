import type { JobId } from '../jobs/job-id.js';
import type { StoredEntry, StoredError } from '../scheduling/stored-entry.js';
import type { WorkerAbout } from '../worker/worker-about.js';
import type { EntryStore } from './entry-store.js';

/** What is kept as the error of an attempt whose process died. */
export const WORKER_LOST: StoredError = {
  name: 'WorkerLostError',
  message: 'The process that ran the attempt is gone.',
};

/** What runs in the name of a worker, as the store has it, by the entry. `age`: in ms. */
export type Claims = ReadonlyMap<
  JobId,
  { readonly claim: number; readonly isStopping: boolean; readonly age: number }
>;

/** A store on a server: the workers of several processes each have a place in it, which they renew. */
export interface SharedStore extends EntryStore {
  /** Takes a place for this process's worker. */
  register(about: WorkerAbout): Promise<void>;
  unregister(): Promise<void>;
  /** @throws {SchedulerUnavailableError} where this machine slept: what was planned by its clock would run too early. */
  assertClock(): Promise<void>;
  /** @returns whether it still had its place. */
  renew(): Promise<boolean>;
  claims(): Promise<Claims>;
  /** Claims whose attempts never began, and so do not count. */
  giveBack(claims: readonly { id: JobId; claim: number }[]): Promise<void>;
  /** Gives back what runs in the name of workers that are gone, or ends it. */
  bury(): Promise<{ waiting: number; ended: readonly StoredEntry[] }>;
  /** Reads the recurring jobs anew. */
  refreshRecurring(): Promise<void>;
  /** Sets aside what was declared and is no longer. */
  sweepRecurring(): Promise<void>;
  /** Removes some of what has ended. @returns whether there is more. */
  prune(): Promise<boolean>;
}
