import { JOB_STATES, type JobState } from '../../../scheduling/job-entry.js';
import { STATE } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

/** To be told what moves from state to state. */
export interface StateCounts {
  moved(from: JobState | undefined, to: JobState | undefined, rows?: number): void;
}

/** How many entries are in each state: kept by counting, since to count a million rows takes a third of a second. */
export class SqliteCounts implements StateCounts {
  private readonly changes = new Map<number, number>();

  constructor(private readonly sql: SqliteStatements) {}

  moved(from: JobState | undefined, to: JobState | undefined, rows = 1): void {
    if (from) this.add(STATE[from], -rows);
    if (to) this.add(STATE[to], rows);
  }

  /** What a worker that goes has counted on its own. */
  take(tally: readonly number[]): void {
    tally.forEach((change, state) => this.add(state, change));
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

  /** What is written down for all, and what each worker has counted since it came. */
  read(): Record<JobState, number> {
    const counts = JOB_STATES.map(() => 0);
    const rows = this.sql.all<{ state: number; count: number }>(
      `SELECT state, count FROM eventflow_jobs_counts
        UNION ALL SELECT key, value FROM eventflow_jobs_workers, json_each(tally)`,
    );
    for (const { state, count } of rows) counts[state]! += count;
    return Object.fromEntries(JOB_STATES.map((state, index) => [state, counts[index]!])) as Record<
      JobState,
      number
    >;
  }

  private add(state: number, change: number): void {
    this.changes.set(state, (this.changes.get(state) ?? 0) + change);
  }
}

/** What one worker has moved since it came. It stands in the worker's own row, which each of its writes changes anyway. */
export class WorkerTally implements StateCounts {
  private written: readonly number[] = NOTHING;
  private current: number[] = [...NOTHING];

  moved(from: JobState | undefined, to: JobState | undefined, rows = 1): void {
    if (from) this.current[STATE[from]]! -= rows;
    if (to) this.current[STATE[to]]! += rows;
  }

  /** What the transaction that begins is to change; the one before may have come to nothing. */
  begin(): void {
    this.current = [...this.written];
  }

  get toWrite(): readonly number[] {
    return this.current;
  }

  committed(): void {
    this.written = this.current;
  }

  /** In a new row. */
  reset(): void {
    this.written = NOTHING;
  }
}

const NOTHING: readonly number[] = JOB_STATES.map(() => 0);
