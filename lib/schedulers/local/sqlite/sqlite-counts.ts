import { JOB_STATES, type JobState } from '../../../scheduling/job-entry.js';
import { STATE } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

/** How many entries are in each state: kept by counting, since to count a million rows takes a third of a second. */
export class SqliteCounts {
  private readonly changes = new Map<number, number>();

  constructor(private readonly sql: SqliteStatements) {}

  moved(from: JobState | undefined, to: JobState | undefined, rows = 1): void {
    if (from) this.add(STATE[from], -rows);
    if (to) this.add(STATE[to], rows);
  }

  /** Writes down what has changed in this transaction. */
  write(): void {
    for (const [state, change] of this.changes) {
      if (change !== 0)
        this.sql.run('UPDATE eventflow_jobs_counts SET count = count + ? WHERE state = ?', change, state);
    }
    this.changes.clear();
  }

  forget(): void {
    this.changes.clear();
  }

  read(): Record<JobState, number> {
    const rows = this.sql.all<{ state: number; count: number }>(
      'SELECT state, count FROM eventflow_jobs_counts',
    );
    return Object.fromEntries(rows.map(({ state, count }) => [JOB_STATES[state], count])) as Record<
      JobState,
      number
    >;
  }

  private add(state: number, change: number): void {
    this.changes.set(state, (this.changes.get(state) ?? 0) + change);
  }
}
