import type { JobId } from '../../../jobs/job-id.js';
import type { Outcome } from '../../../jobs/outcome.js';
import type { ParkedReason } from '../../../jobs/unrunnable-job.error.js';
import { JOB_STATES, type JobState } from '../../../scheduling/job-entry.js';
import type { ListQuery } from '../../../scheduling/queries.js';
import type { StoredRecurring } from '../../../scheduling/recurring.js';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import type { EntryRef, InsertResult, NewEntry, StoredEntry } from '../../../scheduling/stored-entry.js';
import type {
  ClaimedEntry,
  Demand,
  Exchange,
  MaybePromise,
  Settlement,
} from '../../../worker/work-source.js';
import type { Knows, LocalStore } from '../local-store.js';
import { CallersTransactions, type OnCommit } from './callers-transactions.js';
import { SqliteClaims } from './sqlite-claims.js';
import type { OpenFile } from './sqlite-connection.js';
import { SqliteCounts } from './sqlite-counts.js';
import { SqliteEntries, sequenceOf } from './sqlite-entries.js';
import { isSqliteError } from './sqlite-errors.js';
import { SqliteRecurring } from './sqlite-recurring.js';
import { type EntryRow, parkedReasonOf, storedJobOf, toEntry } from './sqlite-rows.js';
import { SqliteStatements } from './sqlite-statements.js';
import { SqliteWorkers } from './sqlite-workers.js';
import { WakeFile } from './wake-file.js';
import { WriteQueue } from './write-queue.js';

/** What is written about an entry beside its data, about. */
const ROW_BYTES = 200;

/** Free pages that are not given back: a megabyte. */
const SPARE_PAGES = 256;
const RELEASED_AT_ONCE = 200;

type ParkedRow = Pick<
  EntryRow,
  'seq' | 'id' | 'name' | 'version' | 'command_name' | 'command_version' | 'run_at' | 'parked'
>;

/** Entries in a SQLite file, which several processes may have open. */
export class SqliteStore implements LocalStore {
  readonly sql: SqliteStatements;
  readonly entries: SqliteEntries;
  readonly workers: SqliteWorkers;
  readonly recurringJobs: SqliteRecurring;
  readonly wake: WakeFile;
  /** Set for `transactionalWork`. */
  perform: LocalStore['perform'];
  /** Told of what was scheduled in a caller's transaction, once that is committed. */
  onCommit: OnCommit = () => {};
  private readonly callers: CallersTransactions;
  private readonly counter: SqliteCounts;
  private readonly claims: SqliteClaims;
  private readonly queue: WriteQueue;
  /** The row of each entry that this process has claimed. */
  private readonly held = new Map<JobId, number>();
  private wakesOthers = false;
  private hasShrunk = false;
  /** In the transaction that is open. */
  private earliestWaiting = Infinity;

  constructor(
    readonly opened: OpenFile,
    options: { lease: number; operationTimeout: number },
  ) {
    const { database, file } = opened;
    this.sql = new SqliteStatements(database);
    this.counter = new SqliteCounts(this.sql);
    this.entries = new SqliteEntries(this.sql, this.counter);
    this.claims = new SqliteClaims(this.sql, this.counter);
    this.workers = new SqliteWorkers(this.sql, this.entries, file, options.lease);
    this.recurringJobs = new SqliteRecurring(this.sql);
    this.wake = new WakeFile(file);
    this.callers = new CallersTransactions(
      file,
      (id) => this.isThere(id),
      (entries, results) => {
        this.wake.touch();
        this.onCommit(entries, results);
      },
    );
    this.queue = new WriteQueue(
      database,
      {
        assertUsable: () => this.assertThere(),
        beforeCommit: () => this.beforeCommit(),
        afterCommit: () => this.tellOthers(),
        afterRollback: () => {
          this.counter.forget();
          this.earliestWaiting = Infinity;
        },
      },
      options.operationTimeout,
    );
  }

  open(): void {}

  async close(): Promise<void> {
    this.callers.close();
    await this.queue.close();
    this.opened.database.close();
  }

  /** Runs in a transaction that it shares with others of this turn. */
  write<T>(run: () => T, size?: { rows: number; bytes: number }): Promise<T> {
    return this.queue.add(run, size);
  }

  insert(entries: readonly NewEntry[], now: number, transaction?: unknown): MaybePromise<InsertResult[]> {
    if (transaction !== undefined) {
      this.assertThere();
      return this.callers.insert(transaction, entries, now);
    }
    const bytes = entries.reduce((sum, { data }) => sum + data.length + ROW_BYTES, 0);
    return this.write(
      () => {
        const results = this.entries.insert(entries, now);
        for (const { runAt } of entries) this.earliestWaiting = Math.min(this.earliestWaiting, runAt);
        return results;
      },
      { rows: entries.length, bytes },
    );
  }

  find(ref: EntryRef): StoredEntry | undefined {
    const row = this.read(() => this.entries.find(ref));
    return row && toEntry(row);
  }

  async list(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    const { limit, cursor } = query;
    const rows: EntryRow[] = [];
    for (
      let after: number | undefined = cursor === undefined ? 0 : sequenceOf(cursor);
      after !== undefined;
    ) {
      const from: number = after;
      const step = this.read(() => this.entries.list(query, from, limit + 1 - rows.length));
      rows.push(...step.rows);
      after = step.next;
      if (after !== undefined) await new Promise((resolve) => setImmediate(resolve));
    }
    const page = rows.slice(0, limit);
    return { entries: page.map(toEntry), ...(rows.length > limit && { cursor: String(page.at(-1)!.seq) }) };
  }

  counts(): Record<JobState, number> {
    return this.read(() => this.counter.read());
  }

  async cancel(ref: EntryRef, now: number): Promise<StoredEntry | undefined> {
    const row = await this.write(() => {
      const before = this.entries.cancel(ref, now);
      this.wakesOthers ||= before?.state === 1;
      return before;
    });
    return row && toEntry(row);
  }

  reschedule(ref: EntryRef, runAt: number): Promise<boolean> {
    return this.writeAndWake(() => this.entries.reschedule(ref, runAt));
  }

  retry(id: JobId, now: number): Promise<boolean> {
    return this.writeAndWake(() => this.entries.retry(id, now));
  }

  progress(id: JobId, claim: number, progress: NonNullable<StoredEntry['progress']>): void {
    const seq = this.held.get(id);
    if (seq === undefined) return;
    // Nobody waits for it: what cannot be shown is no reason to fail an attempt.
    this.write(() => this.entries.progress(seq, claim, JSON.stringify(progress))).catch(() => {});
  }

  async exchange(
    settlements: readonly Settlement[],
    demand: Demand,
    knows: Knows,
    now: number,
  ): Promise<Exchange> {
    const { id: owner } = this.workers;
    if (owner === undefined) throw lostPlace();
    const written = this.write(() => {
      // Fenced as a whole: what a worker claims that was taken for dead, nobody would ever give back.
      if (!this.workers.hasPlace || this.workers.id !== owner) throw lostPlace();
      const settled = settlements.map(({ claim, result }) => {
        const seq = this.held.get(result.entry.id);
        if (seq === undefined) return undefined;
        const outcome = this.entries.settle(seq, claim, owner, result.outcome, now);
        if (outcome) this.earliestWaiting = Math.min(this.earliestWaiting, againAt(outcome));
        return outcome;
      });
      const { claimed, parked } = this.claims.claim(demand, owner, knows, now);
      return { settled, claimed, parked, nextAt: this.claims.nextAt(now) };
    });
    this.queue.flush();
    const { settled, claimed, parked, nextAt } = await written;
    for (const { result } of settlements) this.forget(result.entry.id);
    for (const [seq, { id }] of claimed) this.held.set(id, seq);
    const entries: ClaimedEntry[] = claimed.map(([, entry]) => entry);
    return { settled, claimed: entries, parked, ...(nextAt !== undefined && { nextAt }) };
  }

  /** In steps, since as many may lie there as there are entries. */
  async release(knows: Knows, reasons: readonly ParkedReason[]): Promise<number> {
    let released = 0;
    for (let after = 0; ;) {
      const parked = this.read(() =>
        this.sql.all<ParkedRow>(
          'SELECT seq, id, name, version, command_name, command_version, run_at, parked ' +
            'FROM eventflow_jobs_entries WHERE state = 5 AND seq > ? ORDER BY seq LIMIT ?',
          after,
          RELEASED_AT_ONCE,
        ),
      );
      const known = parked.filter((row) => reasons.includes(parkedReasonOf(row)) && knows(storedJobOf(row)));
      if (known.length > 0) {
        // Nobody else is woken: who does not know them would only park them again.
        released += await this.write(
          () => known.filter((row) => this.entries.reschedule({ id: row.id }, row.run_at)).length,
        );
      }
      if (parked.length < RELEASED_AT_ONCE) return released;
      after = parked.at(-1)!.seq;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** When the first of all that wait is, or was, due. */
  earliest(): number | undefined {
    return this.read(() => this.claims.nextAt(0));
  }

  /** The row of an entry that this process has claimed. */
  rowOf(id: JobId): number | undefined {
    return this.held.get(id);
  }

  forget(id: JobId): void {
    this.held.delete(id);
  }

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
      this.counter.moved(JOB_STATES[state], undefined);
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

  unfinished(): number {
    const { scheduled, running, parked } = this.counts();
    return scheduled + running + parked;
  }

  recurring(): readonly StoredRecurring[] {
    return this.read(() => this.recurringJobs.all());
  }

  updateRecurring(
    id: string,
    change: (standing: StoredRecurring | undefined) => StoredRecurring,
  ): Promise<void> {
    return this.writeAndWake(() => {
      const changed = change(this.recurringJobs.find(id));
      this.recurringJobs.put(changed);
      // At once: a declaration that no worker makes would be set aside before all of them are told.
      if (changed.declared) this.workers.declareToo(id);
    });
  }

  retainDeclared(ids: readonly string[]): Promise<void> {
    return this.writeAndWake(() => this.workers.declare(ids));
  }

  workingSince(): number | undefined {
    return this.read(() => this.workers.workingSince());
  }

  deleteRecurring(id: string): Promise<boolean> {
    return this.writeAndWake(() => this.recurringJobs.delete(id));
  }

  tick(before: StoredRecurring, after: StoredRecurring, entry: NewEntry | undefined): Promise<boolean> {
    // Nobody is woken: who knows the job comes by itself, and who does not would only park the entry.
    return this.write(() => {
      const ours = this.recurringJobs.advance(before, after);
      if (ours && entry) this.entries.insert([entry], entry.scheduledAt);
      return ours;
    });
  }

  async pause(queue = ''): Promise<void> {
    await this.write(() => this.sql.run('INSERT OR IGNORE INTO eventflow_jobs_paused VALUES (?)', queue));
  }

  async resume(queue?: string): Promise<void> {
    await this.writeAndWake(() =>
      queue === undefined
        ? this.sql.run('DELETE FROM eventflow_jobs_paused')
        : this.sql.run('DELETE FROM eventflow_jobs_paused WHERE queue = ?', queue),
    );
  }

  isPaused(queue: string): boolean {
    return this.read(() => this.claims.isPaused(queue));
  }

  /** Another connection of this process has a transaction open: nothing can be written until it ends. */
  async whileWriting<T>(transaction: () => Promise<T>): Promise<T> {
    this.queue.hold();
    try {
      return await transaction();
    } finally {
      this.queue.letGo();
    }
  }

  /** For what may make something due in other processes too. */
  writeAndWake<T>(run: () => T): Promise<T> {
    return this.write(() => {
      this.wakesOthers = true;
      return run();
    });
  }

  /** Whether its data are committed: to be asked from a timer, which nobody would catch an error of. */
  private isThere(id: JobId): boolean {
    try {
      return this.find({ id }) !== undefined;
    } catch {
      return false;
    }
  }

  private read<T>(query: () => T): T {
    this.assertThere();
    try {
      return query();
    } catch (cause) {
      if (!isSqliteError(cause)) throw cause;
      throw new SchedulerUnavailableError(`The SQLite file could not be read: ${(cause as Error).message}.`, {
        cause,
      });
    }
  }

  private beforeCommit(): void {
    this.counter.write();
    if (this.earliestWaiting === Infinity) return;
    // Only what is due before all that was there concerns the others: their timers stand at that.
    const now = Date.now();
    this.wakesOthers ||= this.earliestWaiting <= now || this.claims.nextAt(now) === this.earliestWaiting;
    this.earliestWaiting = Infinity;
  }

  private tellOthers(): void {
    if (this.wakesOthers) this.wake.touch();
    this.wakesOthers = false;
  }

  /** SQLite goes on writing into a file that is deleted: what it acknowledges then is lost. */
  assertThere(): void {
    if (!this.opened.isGone()) return;
    throw new SchedulerUnavailableError(
      `${this.opened.file} was deleted or replaced while it was open: restart the app to open the one that is there.`,
    );
  }
}

function lostPlace(): SchedulerUnavailableError {
  return new SchedulerUnavailableError(
    'This worker stood still for longer than its lease, and others took it for dead: it takes a new place.',
  );
}

/** When an entry whose attempt came to this is due again: others may have no timer for that. */
function againAt(outcome: Outcome): number {
  if (outcome.type === 'retrying' || outcome.type === 'snoozed') return outcome.runAt;
  return outcome.type === 'released' ? 0 : Infinity;
}
