import type { DatabaseSync } from 'node:sqlite';
import type { Duration } from '../../../scheduling/duration.js';

/**
 * What `sqliteScheduler()` takes beside the place: how safely it writes, how long it keeps, who holds what.
 *
 * @publicApi
 */
export interface SqliteTuning {
  /**
   * `FULL`: an entry whose promise resolved survives a power cut. `NORMAL`: it survives the end of the process, but
   * the last moments before a power cut may be gone; several times faster on slow disks.
   * @default 'FULL'
   */
  synchronous?: 'FULL' | 'NORMAL';
  /** How long finished entries are kept. @default 7 days, and at most 100,000 of them */
  retention?: { age?: Duration; count?: number };
  /**
   * After this long without a sign of life, a worker that still holds its lock (a stopped process, say) loses its
   * entries to the others. One that is dead loses them within a second.
   * @default '30s'
   */
  lease?: Duration;
  /**
   * Runs each attempt in a transaction of its own, which `context.transaction` gives to the job: what it writes there
   * and the completion commit together. One such attempt runs at a time, since a file has one writer.
   * @default false
   */
  transactionalWork?: boolean;
}

/**
 * Where entries are kept: a file of their own, or the database that the app has open already, in which they get
 * tables of their own (`eventflow_jobs_...`).
 *
 * @publicApi
 */
export type SqliteSchedulerOptions = SqliteTuning & ({ file: string } | { database: DatabaseSync });
