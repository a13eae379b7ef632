import type { Outcome } from '../../../jobs/outcome.js';
import type { StoredEntry } from '../../../scheduling/stored-entry.js';
import { WORKER_LOST } from '../../../engine/shared-store.js';
import { withEarlierFailures } from '../../../scheduling/stored-failures.js';
import type { StateCounts } from './sqlite-counts.js';
import { BETWEEN, THESE, forRows } from './rows-at-once.js';
import { SqliteKeys } from './sqlite-keys.js';
import { type EntryRow, STATE, toEntry } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';
import { MOST_BYTES, MOST_WRITES } from './write-queue.js';

const ENTRIES = 'eventflow_jobs_entries';

const SUCCEED = `UPDATE ${ENTRIES} SET state = 2, finished_at = ?, owner = NULL, room = NULL
  WHERE seq = ? AND state = 1 AND claim = ? AND owner = ? AND cancel_requested IS NULL`;

/** As {@link SUCCEED}, for all that were claimed for the first time. */
const succeedFirst = (
  which: string,
) => `UPDATE ${ENTRIES} SET state = 2, finished_at = ?, owner = NULL, room = NULL
  WHERE ${which} AND state = 1 AND claim = 1 AND owner = ? AND cancel_requested IS NULL`;
const SUCCEED_FIRST = { these: succeedFirst(THESE), between: succeedFirst(BETWEEN) };

/** Of which nobody but their only attempt can have written that. */
const SUCCEEDED_FIRST = `SELECT seq FROM ${ENTRIES} WHERE ${THESE} AND state = 2 AND claim = 1`;

/** Of what a worker holds, its own row tells; one of the release before has not written that. */
const HELD = `SELECT seq, octet_length(data) AS bytes FROM ${ENTRIES} WHERE owner = ? AND state = 1`;
const HELD_BY = `${HELD} AND seq IN (SELECT value FROM json_each(?))`;
const ROW = `SELECT * FROM ${ENTRIES} WHERE seq = ?`;

/** What became of entries whose worker is gone. */
export interface GivenBack {
  readonly waiting: number;
  readonly ended: readonly StoredEntry[];
  /** To be asked for in another transaction. */
  readonly isMore: boolean;
}

/** What becomes of an entry that runs. Called within a transaction. */
export class SqliteAttempts {
  private readonly keys: SqliteKeys;

  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: StateCounts,
  ) {
    this.keys = new SqliteKeys(sql);
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

  /** Fenced as {@link SqliteAttempts.settle}: gives those that it has written down. The rest is to be settled one by one. */
  succeedFirst(seqs: readonly number[], owner: number, now: number): ReadonlySet<number> {
    const changed = this.sql.run(...forRows(SUCCEED_FIRST, [now], seqs, [owner]));
    this.counts.moved('running', 'succeeded', changed);
    if (changed === seqs.length) return new Set(seqs);
    const rows = this.sql.all<{ seq: number }>(SUCCEEDED_FIRST, JSON.stringify(seqs));
    return new Set(rows.map(({ seq }) => seq));
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

  progress(seq: number, claim: number, owner: number, progress: string): void {
    this.sql.run(
      `UPDATE ${ENTRIES} SET progress = ? WHERE seq = ? AND claim = ? AND owner = ? AND state = 1`,
      progress,
      seq,
      claim,
      owner,
    );
  }

  /**
   * Entries whose worker is gone: the attempt counts, so that one which kills its process does not do so for ever. No more
   * at once than may be written in one turn of the event loop.
   */
  giveBack(owner: number, held: string | null, now: number): GivenBack {
    const all =
      held === null ? this.sql.all<SizedRow>(HELD, owner) : this.sql.all<SizedRow>(HELD_BY, owner, held);
    const chosen = atOnce(all);
    const rows = chosen.map(({ seq }) => this.sql.get<EntryRow>(ROW, seq)!);
    const ended: StoredEntry[] = [];
    for (const row of rows) {
      const { seq, attempt } = row;
      const error = JSON.stringify(withEarlierFailures(WORKER_LOST, toEntry(row), now));
      const end =
        row.cancel_requested !== null ? 'cancelled' : attempt >= row.attempts ? 'failed' : undefined;
      if (end === undefined) {
        this.wait(seq, null, attempt, error);
        continue;
      }
      this.finish(seq, end, now, end === 'failed' ? error : null);
      ended.push({ ...toEntry(row), state: end });
    }
    return { waiting: rows.length - ended.length, ended, isMore: chosen.length < all.length };
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
    const held = key !== null && attempt === 1 && !this.keys.holderOf(key) ? key : null;
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = 5, attempt = ?, owner = NULL, parked = ?, held_key = ? WHERE seq = ?`,
      attempt - 1,
      parked,
      held,
      seq,
    );
    this.counts.moved('running', 'parked');
  }
}

interface SizedRow {
  readonly seq: number;
  readonly bytes: number;
}

function atOnce(rows: readonly SizedRow[]): readonly SizedRow[] {
  let left = MOST_BYTES;
  return rows.slice(0, MOST_WRITES).filter(({ bytes }, index) => (left -= bytes) >= 0 || index === 0);
}
