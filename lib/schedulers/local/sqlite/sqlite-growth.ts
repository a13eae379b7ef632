import { JOB_STATES } from '../../../scheduling/job-entry.js';
import type { SqliteCounts } from './sqlite-counts.js';
import type { SqliteStatements } from './sqlite-statements.js';

/** Free pages that are not given back: a megabyte. */
const SPARE_PAGES = 256;

/** Keeps the file from growing for ever: in steps, each within a transaction. */
export class SqliteGrowth {
  private hasShrunk = false;

  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: SqliteCounts,
  ) {}

  /** Deletes a few finished entries that are too old, or too many. */
  prune(before: number, surplus: number, most: number): number {
    const finished = 'SELECT seq, state FROM eventflow_jobs_entries WHERE finished_at IS NOT NULL';
    const rows = this.sql.all<{ seq: number; state: number }>(
      `${finished} AND finished_at < ? ORDER BY finished_at LIMIT ?`,
      surplus > 0 ? Number.MAX_SAFE_INTEGER : before,
      surplus > 0 ? Math.min(surplus, most) : most,
    );
    for (const { seq, state } of rows) {
      this.sql.run('DELETE FROM eventflow_jobs_entries WHERE seq = ?', seq);
      this.counts.moved(JOB_STATES[state], undefined);
    }
    return rows.length;
  }

  /**
   * Gives a few free pages back to the file system, but leaves some for the entries to come.
   *
   * @returns how many are left to give.
   */
  shrink(pages: number): number {
    const { freelist_count: free } = this.sql.get<{ freelist_count: number }>('PRAGMA freelist_count')!;
    const { page_count: all } = this.sql.get<{ page_count: number }>('PRAGMA page_count')!;
    const surplus = free - SPARE_PAGES - Math.floor(all / 10);
    if (surplus <= 0) return 0;
    this.sql.all(`PRAGMA incremental_vacuum(${pages})`);
    this.hasShrunk = true;
    return Math.max(0, surplus - pages);
  }

  /** Only a checkpoint makes the file itself shorter; on a file where little happens none would come for long. */
  finishShrinking(): void {
    if (!this.hasShrunk) return;
    this.hasShrunk = false;
    this.sql.all('PRAGMA wal_checkpoint(PASSIVE)');
  }
}
