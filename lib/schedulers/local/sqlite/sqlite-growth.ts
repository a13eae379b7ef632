import { JOB_STATES } from '../../../scheduling/job-entry.js';
import type { SqliteCounts } from './sqlite-counts.js';
import type { SqliteStatements } from './sqlite-statements.js';
import { MOST_BYTES } from './write-queue.js';

const FINISHED = `SELECT seq, state, octet_length(data) AS bytes FROM eventflow_jobs_entries
  WHERE finished_at IS NOT NULL AND finished_at < ? ORDER BY finished_at LIMIT ?`;

/** Free pages that are not given back: a megabyte. */
const SPARE_PAGES = 256;

/** Keeps the file from growing for ever: in steps, each within a transaction. */
export class SqliteGrowth {
  private hasShrunk = false;

  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: SqliteCounts,
  ) {}

  /**
   * Deletes a few finished entries that are too old, or too many.
   *
   * @returns whether there may be more of them.
   */
  prune(before: number, surplus: number, most: number): boolean {
    const limit = surplus > 0 ? Math.min(surplus, most) : most;
    const rows = this.sql.all<{ seq: number; state: number; bytes: number }>(
      FINISHED,
      surplus > 0 ? Number.MAX_SAFE_INTEGER : before,
      limit,
    );
    let bytes = 0;
    for (const { seq, state, bytes: ofRow } of rows) {
      // To delete is to read: where the data lie is written in them, page by page.
      if (bytes >= MOST_BYTES) return true;
      bytes += ofRow;
      this.sql.run('DELETE FROM eventflow_jobs_entries WHERE seq = ?', seq);
      this.counts.moved(JOB_STATES[state], undefined);
    }
    return rows.length === most;
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

  /** Whether it has given pages back since it was asked last: the file itself gets shorter by a checkpoint. */
  takeShrunk(): boolean {
    const { hasShrunk } = this;
    this.hasShrunk = false;
    return hasShrunk;
  }
}
