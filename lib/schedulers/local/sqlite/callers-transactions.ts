import { realpathSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { JobId } from '../../../jobs/job-id.js';
import { InvalidScheduleError } from '../../../scheduling/invalid-schedule.error.js';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import type { InsertResult, NewEntry } from '../../../scheduling/stored-entry.js';
import { hasOpenTransaction } from './open-transaction.js';
import { SqliteCounts } from './sqlite-counts.js';
import { fileOf } from './sqlite-connection.js';
import { SqliteEntries } from './sqlite-entries.js';
import { isSqliteError } from './sqlite-errors.js';
import { SqliteStatements } from './sqlite-statements.js';

/** How soon, in ms, a commit is looked for: soon at first, then ever less often. */
const FIRST_LOOK = 1;
const LONGEST_PAUSE = 50;
const LAST_LOOK = 600_000;
const NOTHING = 'SELECT 1';

export type OnCommit = (entries: readonly NewEntry[], results: readonly InsertResult[]) => void;

/** Schedules inside the transaction that the caller has open on a handle of its own. */
export class CallersTransactions {
  private readonly handles = new WeakMap<
    DatabaseSync,
    { sql: SqliteStatements; counts: SqliteCounts; entries: SqliteEntries }
  >();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly file: string,
    private readonly isThere: (id: JobId) => boolean,
    private readonly onCommit: OnCommit,
  ) {}

  /** All or none: a savepoint, so that a refused entry does not end the caller's transaction. */
  insert(transaction: unknown, entries: readonly NewEntry[], now: number): InsertResult[] {
    const database = this.checked(transaction);
    const { entries: ours, counts } = this.on(database);
    try {
      database.exec('SAVEPOINT eventflow_jobs');
    } catch (cause) {
      throw refused(cause);
    }
    try {
      const results = ours.insert(entries, now);
      counts.write();
      database.exec('RELEASE eventflow_jobs');
      const inserted = results.find((result) => result.inserted);
      if (!inserted) return results;
      this.lookForCommit(database, inserted.id, () => this.onCommit(entries, results));
      // Until the commit there is nothing to tell, and after a rollback there never was.
      return results.map((result) => ({ ...result, reported: true }));
    } catch (cause) {
      counts.forget();
      undo(database);
      throw refused(cause);
    }
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** SQLite tells nobody of a commit: we look whether the entry can be seen from outside. */
  private lookForCommit(
    database: DatabaseSync,
    id: JobId,
    onCommit: () => void,
    pause = FIRST_LOOK,
    waited = 0,
  ): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const isOver = !hasOpenTransaction(database);
      if (this.isThere(id)) onCommit();
      else if (!isOver && waited < LAST_LOOK) {
        this.lookForCommit(database, id, onCommit, Math.min(LONGEST_PAUSE, pause * 2), waited + pause);
      }
    }, pause);
    timer.unref();
    this.timers.add(timer);
  }

  private checked(transaction: unknown): DatabaseSync {
    const database = transaction as Partial<DatabaseSync> | null;
    if (typeof database?.exec !== 'function' || typeof database.prepare !== 'function') {
      throw new InvalidScheduleError(
        'transaction must be the DatabaseSync on which the transaction is open.',
      );
    }
    const isOpen = hasOpenTransaction(database as DatabaseSync);
    if (isOpen === undefined) throw closed();
    if (!isOpen) {
      throw new InvalidScheduleError(
        'transaction: no transaction is open on this DatabaseSync: begin one first.',
      );
    }
    const path = pathOf(database as DatabaseSync);
    if (path !== this.file) {
      throw new InvalidScheduleError(
        `transaction: this DatabaseSync has ${path} open, but entries lie in ${this.file}.`,
      );
    }
    return database as DatabaseSync;
  }

  private on(database: DatabaseSync) {
    let handle = this.handles.get(database);
    if (!handle || isFinalized(handle.sql)) {
      const sql = new SqliteStatements(database);
      sql.get(NOTHING);
      const counts = new SqliteCounts(sql);
      this.handles.set(database, (handle = { sql, counts, entries: new SqliteEntries(sql, counts) }));
    }
    return handle;
  }
}

function pathOf(database: DatabaseSync): string {
  try {
    const path = fileOf(database);
    return path === undefined ? 'a database in memory' : realpathSync(path);
  } catch (cause) {
    throw closed(cause);
  }
}

function closed(cause?: unknown): InvalidScheduleError {
  return new InvalidScheduleError('transaction: this DatabaseSync is closed.', { cause });
}

/** Closed and opened again, a handle has lost its prepared statements. */
function isFinalized(sql: SqliteStatements): boolean {
  try {
    sql.get(NOTHING);
    return false;
  } catch {
    return true;
  }
}

/** After some errors SQLite has rolled back all of the transaction, and the savepoint with it. */
function undo(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK TO eventflow_jobs; RELEASE eventflow_jobs');
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}

function refused(cause: unknown): unknown {
  if (!isSqliteError(cause)) return cause;
  return new SchedulerUnavailableError(
    `The transaction could not take the entry: ${(cause as Error).message}.`,
    { cause },
  );
}
