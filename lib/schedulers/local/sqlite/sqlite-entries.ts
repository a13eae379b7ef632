import type { JobId } from '../../../jobs/job-id.js';
import type { Outcome } from '../../../jobs/outcome.js';
import { JOB_STATES, type JobState } from '../../../scheduling/job-entry.js';
import { InvalidScheduleError } from '../../../scheduling/invalid-schedule.error.js';
import type { ListQuery } from '../../../scheduling/queries.js';
import { DuplicateJobKeyError } from '../../../scheduling/scheduling.errors.js';
import type { EntryRef, InsertResult, NewEntry, StoredEntry } from '../../../scheduling/stored-entry.js';
import type { SqliteCounts } from './sqlite-counts.js';
import { type EntryRow, INSERT, STATE, insertValues, toEntry } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const ENTRIES = 'eventflow_jobs_entries';

const PUBLISH_COMMAND = 'PublishCommand';
/** A list may have to look at all entries: in steps, since each blocks the event loop. */
const LOOKED_AT_ONCE = 10_000;

export interface ListStep {
  readonly rows: EntryRow[];
  /** After which place the next step looks, if there is more to look at. */
  readonly next: number | undefined;
}

/** What is kept as the error of an attempt whose process died. */
export const WORKER_LOST = {
  name: 'WorkerLostError',
  message: 'The process that ran the attempt is gone.',
} as const;

const SUCCEED = `UPDATE ${ENTRIES} SET state = 2, finished_at = ?, owner = NULL
  WHERE seq = ? AND state = 1 AND claim = ? AND owner = ? AND cancel_requested IS NULL`;

/** One entry at a time: what is inserted, found and changed. Called within a transaction, where it writes. */
export class SqliteEntries {
  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: SqliteCounts,
  ) {}

  /** Refuses before it writes. */
  insert(entries: readonly NewEntry[], now: number): InsertResult[] {
    this.assertKeysFree(entries);
    return entries.map((entry) => {
      const holder = entry.key === undefined ? undefined : this.holderOf(entry.key);
      if (holder && entry.onConflict !== 'replace') return { id: holder.id, inserted: false };
      if (holder) this.end(holder, 'cancelled', now);
      this.sql.run(INSERT, ...insertValues(entry));
      this.counts.moved(undefined, 'scheduled');
      return { id: entry.id, inserted: true, ...(holder && { replaced: toEntry(holder) }) };
    });
  }

  find(ref: EntryRef): EntryRow | undefined {
    if ('id' in ref) return this.sql.get(`SELECT * FROM ${ENTRIES} WHERE id = ?`, ref.id);
    return (
      this.holderOf(ref.key) ??
      this.sql.get(
        `SELECT * FROM ${ENTRIES} WHERE key = ? AND key IS NOT NULL ORDER BY seq DESC LIMIT 1`,
        ref.key,
      )
    );
  }

  /** A part of a list: after this place, and no further than a step of its own goes. */
  list({ states, name, command, key, queue }: ListQuery, after: number, most: number): ListStep {
    const to = after + LOOKED_AT_ONCE;
    const terms: [string, string | number | undefined][] = [
      ['seq > ?', after],
      ['seq <= ?', to],
      [nameTerm(name), name ?? (command === undefined ? undefined : PUBLISH_COMMAND)],
      ['command_name = ?', command],
      ['key = ? AND key IS NOT NULL', key],
      ['queue = ?', queue],
    ];
    const given = terms.filter((term): term is [string, string | number] => term[1] !== undefined);
    const where = [...given.map(([term]) => term), ...(states ? [statesTerm(states)] : [])].join(' AND ');
    const rows = this.sql.all<EntryRow>(
      `SELECT * FROM ${ENTRIES} WHERE ${where} ORDER BY seq LIMIT ?`,
      ...given.map(([, value]) => value),
      most,
    );
    if (rows.length === most) return { rows, next: undefined };
    const { seq } = this.sql.get<{ seq: number | null }>(
      `SELECT min(seq) AS seq FROM ${ENTRIES} WHERE seq > ?`,
      to,
    )!;
    return { rows, next: seq === null ? undefined : seq - 1 };
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

  /** Fenced: changes nothing, and says so, where the claim is no longer the one that is shown. */
  settle(seq: number, claim: number, owner: number, outcome: Outcome, now: number): Outcome | undefined {
    // Nearly every attempt ends so: one statement, in which the fence stands itself.
    if (outcome.type === 'succeeded' && this.sql.run(SUCCEED, now, seq, claim, owner) > 0) {
      this.counts.moved('running', 'succeeded');
      return outcome;
    }
    return this.settleOther(seq, claim, owner, outcome, now);
  }

  private settleOther(
    seq: number,
    claim: number,
    owner: number,
    outcome: Outcome,
    now: number,
  ): Outcome | undefined {
    const row = this.sql.get<Pick<EntryRow, 'cancel_requested' | 'attempt' | 'key'>>(
      `SELECT cancel_requested, attempt, key FROM ${ENTRIES} WHERE seq = ? AND state = 1 AND claim = ? AND owner = ?`,
      seq,
      claim,
      owner,
    );
    if (!row) return undefined;
    const final: Outcome = row.cancel_requested === null ? outcome : { type: 'cancelled' };
    switch (final.type) {
      case 'succeeded':
      case 'cancelled':
      case 'failed':
        this.finish(seq, final.type, now, final.type === 'failed' ? JSON.stringify(final.error) : null);
        break;
      case 'retrying':
        this.wait(seq, final.runAt, row.attempt, JSON.stringify(final.error));
        break;
      case 'snoozed':
        this.wait(seq, final.runAt, row.attempt - 1, null);
        break;
      case 'released':
        this.wait(seq, null, row.attempt - 1, null);
        break;
      case 'parked':
        this.park(seq, row, JSON.stringify({ reason: final.reason, text: final.text }));
        break;
    }
    return final;
  }

  progress(seq: number, claim: number, progress: string): void {
    this.sql.run(
      `UPDATE ${ENTRIES} SET progress = ? WHERE seq = ? AND claim = ? AND state = 1`,
      progress,
      seq,
      claim,
    );
  }

  /** Entries whose worker is gone: the attempt counts, so that one which kills its process does not do so for ever. */
  giveBack(owner: number, now: number): { waiting: number; ended: StoredEntry[] } {
    const rows = this.sql.all<EntryRow>(`SELECT * FROM ${ENTRIES} WHERE owner = ?`, owner);
    const ended: StoredEntry[] = [];
    for (const row of rows) {
      const { seq, attempt } = row;
      const end =
        row.cancel_requested !== null ? 'cancelled' : attempt >= row.attempts ? 'failed' : undefined;
      if (end === undefined) {
        this.wait(seq, null, attempt, JSON.stringify(WORKER_LOST));
        continue;
      }
      this.finish(seq, end, now, end === 'failed' ? JSON.stringify(WORKER_LOST) : null);
      ended.push({ ...toEntry(row), state: end });
    }
    return { waiting: rows.length - ended.length, ended };
  }

  private holderOf(key: string): EntryRow | undefined {
    return this.sql.get(`SELECT * FROM ${ENTRIES} WHERE held_key = ? AND held_key IS NOT NULL`, key);
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

  private finish(
    seq: number,
    state: 'succeeded' | 'failed' | 'cancelled',
    now: number,
    error: string | null,
  ): void {
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = ?, finished_at = ?, owner = NULL, cancel_requested = NULL,
        error = coalesce(?, error) WHERE seq = ?`,
      STATE[state],
      now,
      error,
      seq,
    );
    this.counts.moved('running', state);
  }

  private wait(seq: number, runAt: number | null, attempt: number, error: string | null): void {
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = 0, run_at = coalesce(?, run_at), attempt = ?, owner = NULL,
        cancel_requested = NULL, error = coalesce(?, error) WHERE seq = ?`,
      runAt,
      attempt,
      error,
      seq,
    );
    this.counts.moved('running', 'scheduled');
  }

  /** It never began, and so holds its key, unless another took that meanwhile. */
  private park(seq: number, { attempt, key }: Pick<EntryRow, 'attempt' | 'key'>, parked: string): void {
    const held = key !== null && attempt === 1 && !this.holderOf(key) ? key : null;
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = 5, attempt = ?, owner = NULL, parked = ?, held_key = ? WHERE seq = ?`,
      attempt - 1,
      parked,
      held,
      seq,
    );
    this.counts.moved('running', 'parked');
  }

  private assertKeysFree(entries: readonly NewEntry[]): void {
    const taken = new Map<string, JobId>();
    for (const { id, key, onConflict } of entries) {
      if (key === undefined) continue;
      const holder = taken.get(key) ?? (onConflict === 'reject' ? this.holderOf(key)?.id : undefined);
      if (holder !== undefined && onConflict === 'reject') throw DuplicateJobKeyError.of(key, holder);
      taken.set(key, id);
    }
  }
}

/** Jobs that hold no command have none in the index either; those that do are looked for by its name, or else one by one. */
function nameTerm(name: string | undefined): string {
  if (name === undefined) return 'name = ?';
  return name === PUBLISH_COMMAND ? '+name = ?' : 'name = ? AND command_name IS NULL';
}

/** Written out, so that SQLite sees which partial index will do. */
function statesTerm(states: readonly JobState[]): string {
  if (states.length === 1) {
    const [state] = states;
    if (state === 'running') return 'state = 1 AND owner IS NOT NULL';
    if (state !== 'scheduled') return `state = ${STATE[state!]} AND state > 1`;
  }
  return `state IN (${states.map((state) => STATE[state]).join(', ')})`;
}

export function sequenceOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new InvalidScheduleError(
    'The cursor is none that list() gave: pass the one of the page before, unchanged.',
  );
}
