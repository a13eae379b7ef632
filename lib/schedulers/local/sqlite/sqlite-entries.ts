import type { JobId } from '../../../jobs/job-id.js';
import { JOB_STATES } from '../../../scheduling/job-entry.js';
import type { EntryRef, InsertResult, NewEntry } from '../../../scheduling/stored-entry.js';
import type { SqliteCounts } from './sqlite-counts.js';
import { SqliteKeys } from './sqlite-keys.js';
import {
  type EntryRow,
  INSERT,
  ROWS_AT_ONCE,
  STATE,
  insertPlain,
  insertValues,
  isPlain,
  plainValues,
  toEntry,
} from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const ENTRIES = 'eventflow_jobs_entries';
const INSERT_PLAIN: Readonly<Record<number, string>> = {
  1: insertPlain(1),
  [ROWS_AT_ONCE]: insertPlain(ROWS_AT_ONCE),
};

/** What callers ask for, one entry at a time. Called within a transaction, where it writes. */
export class SqliteEntries {
  private readonly keys: SqliteKeys;

  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: SqliteCounts,
  ) {
    this.keys = new SqliteKeys(sql);
  }

  /** Refuses before it writes. */
  insert(entries: readonly NewEntry[], now: number): InsertResult[] {
    this.keys.assertFree(entries);
    const results: InsertResult[] = [];
    for (let from = 0; from < entries.length;) {
      const plain = plainFrom(entries, from);
      if (plain === 0) results.push(this.insertOne(entries[from]!, now));
      else results.push(...this.insertPlain(entries.slice(from, from + plain)));
      from += plain || 1;
    }
    return results;
  }

  private insertPlain(entries: readonly NewEntry[]): InsertResult[] {
    for (let from = 0; from < entries.length;) {
      const rows = entries.length - from < ROWS_AT_ONCE ? 1 : ROWS_AT_ONCE;
      this.sql.run(INSERT_PLAIN[rows]!, ...entries.slice(from, from + rows).flatMap(plainValues));
      from += rows;
    }
    this.counts.moved(undefined, 'scheduled', entries.length);
    return entries.map(({ id }) => ({ id, inserted: true }));
  }

  private insertOne(entry: NewEntry, now: number): InsertResult {
    const holder = entry.key === undefined ? undefined : this.keys.holderOf(entry.key);
    if (holder && entry.onConflict !== 'replace') return { id: holder.id, inserted: false };
    if (holder) this.end(holder, 'cancelled', now);
    this.sql.run(INSERT, ...insertValues(entry));
    this.counts.moved(undefined, 'scheduled');
    return { id: entry.id, inserted: true, ...(holder && { replaced: toEntry(holder) }) };
  }

  find(ref: EntryRef): EntryRow | undefined {
    if ('id' in ref) return this.sql.get(`SELECT * FROM ${ENTRIES} WHERE id = ?`, ref.id);
    return this.keys.find(ref.key);
  }

  /** Ends what waits; asks what runs to stop. */
  cancel(ref: EntryRef, now: number): EntryRow | undefined {
    const row = this.find(ref);
    if (!row) return undefined;
    const state = JOB_STATES[row.state];
    if (state === 'running')
      this.sql.run(`UPDATE ${ENTRIES} SET cancel_requested = 1 WHERE seq = ?`, row.seq);
    else if (state === 'scheduled' || state === 'parked') this.end(row, 'cancelled', now);
    else return undefined;
    return row;
  }

  reschedule(ref: EntryRef, runAt: number): boolean {
    const row = this.find(ref);
    if (row?.state !== STATE.scheduled && row?.state !== STATE.parked) return false;
    this.sql.run(`UPDATE ${ENTRIES} SET state = 0, run_at = ?, parked = NULL WHERE seq = ?`, runAt, row.seq);
    this.counts.moved(JOB_STATES[row.state], 'scheduled');
    return true;
  }

  retry(id: JobId, now: number): boolean {
    const row = this.find({ id });
    if (row?.state !== STATE.failed && row?.state !== STATE.parked) return false;
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = 0, run_at = ?, attempt = 0, finished_at = NULL, parked = NULL WHERE seq = ?`,
      now,
      row.seq,
    );
    this.counts.moved(JOB_STATES[row.state], 'scheduled');
    return true;
  }

  private end(row: EntryRow, state: 'cancelled', now: number): void {
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = ?, finished_at = ?, held_key = NULL, parked = NULL WHERE seq = ?`,
      STATE[state],
      now,
      row.seq,
    );
    this.counts.moved(JOB_STATES[row.state], state);
  }
}

/** How many in a row, from this one on. */
function plainFrom(entries: readonly NewEntry[], from: number): number {
  let to = from;
  while (to < entries.length && isPlain(entries[to]!)) to++;
  return to - from;
}
