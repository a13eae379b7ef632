import type { JobId } from '../../../jobs/job-id.js';
import type { ParkedReason } from '../../../jobs/unrunnable-job.error.js';
import type { JobState, QueueEntry, WorkerEntry } from '../../../scheduling/job-entry.js';
import type { ListQuery } from '../../../scheduling/queries.js';
import type { StoredRecurring } from '../../../scheduling/recurring.js';
import type {
  Adoption,
  EntryRef,
  InsertResult,
  NewEntry,
  StoredEntry,
} from '../../../scheduling/stored-entry.js';
import type { Demand, Exchange, MaybePromise, Settlement } from '../../../worker/work-source.js';
import type { EntryStore, Knows, RecurringChange } from '../../../engine/entry-store.js';
import { CallersTransactions, type OnCommit } from './callers-transactions.js';
import type { DiskSync } from './disk-sync.js';
import { LargeInserts } from './large-inserts.js';
import { OtherProcesses } from './other-processes.js';
import { SqliteAccess } from './sqlite-access.js';
import { SqliteAdoption } from './sqlite-adoption.js';
import { SqliteAttempts } from './sqlite-attempts.js';
import { SqliteClaims } from './sqlite-claims.js';
import type { OpenFile } from './sqlite-connection.js';
import { SqliteCounts, WorkerTally } from './sqlite-counts.js';
import { SqliteEntries } from './sqlite-entries.js';
import { SqliteExchange } from './sqlite-exchange.js';
import { SqliteGrowth } from './sqlite-growth.js';
import { SqliteList } from './sqlite-list.js';
import { SqliteParked } from './sqlite-parked.js';
import { findQueues } from './sqlite-queues.js';
import { SqliteRecurring } from './sqlite-recurring.js';
import { STATE, toEntry } from './sqlite-rows.js';
import { SqliteStatements } from './sqlite-statements.js';
import { SqliteWorkers } from './sqlite-workers.js';
import { WaitingGroups } from './waiting-groups.js';
import { WakeFile } from './wake-file.js';
import { MOST_BYTES } from './write-queue.js';

/** What is written about an entry beside its data, about. */
const ROW_BYTES = 200;

/** Entries in a SQLite file, which several processes may have open. */
export class SqliteStore implements EntryStore {
  readonly mostBytes = MOST_BYTES;
  readonly access: SqliteAccess;
  readonly workers: SqliteWorkers;
  readonly claimed: SqliteExchange;
  readonly growth: SqliteGrowth;
  readonly recurringJobs: SqliteRecurring;
  readonly wake: WakeFile;
  /** Set for `transactionalWork`. */
  perform: EntryStore['perform'];
  /** Told of what was scheduled in a caller's transaction, once that is committed. */
  onCommit: OnCommit = () => {};
  private readonly sql: SqliteStatements;
  private readonly counter: SqliteCounts;
  private readonly entries: SqliteEntries;
  private readonly adoption: SqliteAdoption;
  private readonly claims: SqliteClaims;
  private readonly groups: WaitingGroups;
  private readonly listed: SqliteList;
  private readonly parked: SqliteParked;
  private readonly others: OtherProcesses;
  private readonly callers: CallersTransactions;
  private readonly large: LargeInserts | undefined;

  constructor(
    readonly opened: OpenFile,
    options: { lease: number; operationTimeout: number; shared?: boolean; disk?: DiskSync | undefined },
  ) {
    const { database, file } = opened;
    const sql = new SqliteStatements(database);
    const counter = new SqliteCounts(sql);
    const tally = new WorkerTally();
    const groups = new WaitingGroups(sql);
    this.sql = sql;
    this.counter = counter;
    this.entries = new SqliteEntries(sql, counter);
    this.adoption = new SqliteAdoption(sql, counter);
    this.groups = groups;
    this.claims = new SqliteClaims(sql, tally, groups);
    this.wake = new WakeFile(file);
    this.others = new OtherProcesses(this.claims, this.wake);
    this.access = new SqliteAccess(
      opened,
      counter,
      groups,
      this.others,
      options.disk,
      options.operationTimeout,
    );
    // The app itself writes to a file of its own, and nobody else can while those are written.
    if (!options.shared) this.large = new LargeInserts(file, this.access, options.operationTimeout);
    this.workers = new SqliteWorkers(
      sql,
      new SqliteAttempts(sql, counter),
      counter,
      tally,
      file,
      options.lease,
    );
    this.claimed = new SqliteExchange(
      this.access,
      this.workers,
      new SqliteAttempts(sql, tally),
      this.claims,
      tally,
      groups,
      this.others,
    );
    this.listed = new SqliteList(sql, this.access, counter);
    this.parked = new SqliteParked(sql, this.access, this.entries);
    this.growth = new SqliteGrowth(sql, counter);
    this.recurringJobs = new SqliteRecurring(sql);
    this.callers = new CallersTransactions(
      file,
      (id) => this.isThere(id),
      (entries, results) => {
        this.wake.touch();
        this.onCommit(entries, results);
      },
    );
  }

  open(): void {}

  onDisk(): Promise<void> | undefined {
    return this.access.onDisk(false);
  }

  async close(): Promise<void> {
    this.callers.close();
    await this.large?.close();
    await this.access.close();
  }

  insert(entries: readonly NewEntry[], now: number, transaction?: unknown): MaybePromise<InsertResult[]> {
    if (transaction !== undefined) {
      this.access.assertThere();
      return this.callers.insert(transaction, entries, now);
    }
    if (this.large?.isLarge(entries)) return this.claimed.tellFirst(entries, this.large.insert(entries, now));
    const bytes = entries.reduce((sum, { data }) => sum + data.length + ROW_BYTES, 0);
    const inserted = this.access.writeEntries(
      () => {
        const results = this.entries.insert(entries, now);
        for (const { runAt, queue, priority } of entries) {
          this.others.noteWaiting(runAt);
          this.groups.note(queue, priority);
        }
        return results;
      },
      { rows: entries.length, bytes },
    );
    return this.claimed.tellFirst(entries, inserted);
  }

  adopt(entries: readonly StoredEntry[]): Promise<Adoption> {
    return this.access.writeAndWake(() => this.adoption.adopt(entries));
  }

  find(ref: EntryRef): StoredEntry | undefined {
    const row = this.access.read(() => this.entries.find(ref));
    return row && toEntry(row);
  }

  list(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    return this.listed.page(query);
  }

  counts(): Record<JobState, number> {
    return this.access.read(() => this.counter.read());
  }

  queues(): QueueEntry[] {
    return this.access.read(() => findQueues(this.sql));
  }

  livingWorkers(now: number): WorkerEntry[] {
    return this.access.read(() => this.workers.living(now));
  }

  oldestDue(now: number): number | undefined {
    return this.access.read(() => this.claims.oldestDue(now));
  }

  async cancel(ref: EntryRef, now: number): Promise<StoredEntry | undefined> {
    const row = await this.access.write(() => {
      const before = this.entries.cancel(ref, now);
      if (before?.state === STATE.running) this.others.concern();
      return before;
    });
    return row && toEntry(row);
  }

  reschedule(ref: EntryRef, runAt: number): Promise<boolean> {
    return this.access.writeAndWake(() => this.entries.reschedule(ref, runAt));
  }

  retry(id: JobId, now: number): Promise<boolean> {
    return this.access.writeAndWake(() => this.entries.retry(id, now));
  }

  progress(id: JobId, claim: number, progress: NonNullable<StoredEntry['progress']>): void {
    this.claimed.progress(id, claim, progress);
  }

  exchange(settlements: readonly Settlement[], demand: Demand, knows: Knows, now: number): Promise<Exchange> {
    return this.claimed.exchange(settlements, demand, knows, now);
  }

  release(knows: Knows, reasons: readonly ParkedReason[]): Promise<number> {
    return this.parked.release(knows, reasons);
  }

  /** When the first of all that wait is, or was, due. */
  earliest(): number | undefined {
    return this.access.read(() => this.claims.nextAt(0));
  }

  unfinished(): number {
    const { scheduled, running, parked } = this.counts();
    return scheduled + running + parked;
  }

  recurring(): readonly StoredRecurring[] {
    return this.access.read(() => this.recurringJobs.all());
  }

  updateRecurring(id: string, change: RecurringChange, declares = false): Promise<void> {
    return this.access.writeAndWake(() => {
      const changed = change(this.recurringJobs.find(id));
      if (!changed) return;
      this.recurringJobs.put(changed);
      // At once: a declaration that no worker makes would be set aside before all of them are told.
      if (declares) this.workers.declareToo(id);
    });
  }

  retainDeclared(ids: readonly string[]): Promise<void> {
    return this.access.writeAndWake(() => this.workers.declare(ids));
  }

  workingSince(): number | undefined {
    return this.access.read(() => this.workers.workingSince());
  }

  deleteRecurring(id: string): Promise<boolean> {
    return this.access.writeAndWake(() => this.recurringJobs.delete(id));
  }

  tick(before: StoredRecurring, after: StoredRecurring, entry: NewEntry | undefined): Promise<boolean> {
    // Nobody is woken: who knows the job comes by itself, and who does not would only park the entry.
    return this.access.write(() => {
      const ours = this.recurringJobs.advance(before, after);
      if (ours && entry) this.entries.insert([entry], entry.scheduledAt);
      return ours;
    });
  }

  async pause(queue = ''): Promise<void> {
    await this.access.write(() =>
      this.sql.run('INSERT OR IGNORE INTO eventflow_jobs_paused VALUES (?)', queue),
    );
  }

  async resume(queue?: string): Promise<void> {
    await this.access.writeAndWake(() =>
      queue === undefined
        ? this.sql.run('DELETE FROM eventflow_jobs_paused')
        : this.sql.run('DELETE FROM eventflow_jobs_paused WHERE queue = ?', queue),
    );
  }

  isPaused(queue: string): boolean {
    return this.access.read(() => this.claims.isPaused(queue));
  }

  /** Whether its data are committed: to be asked from a timer, which nobody would catch an error of. */
  private isThere(id: JobId): boolean {
    try {
      return this.find({ id }) !== undefined;
    } catch {
      return false;
    }
  }
}
