import type { DatabaseSync } from 'node:sqlite';
import { endOfPiece } from '../../../scheduling/gathered-calls.js';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import type { InsertResult, NewEntry } from '../../../scheduling/stored-entry.js';
import type { SqliteAccess } from './sqlite-access.js';
import { beginWriting } from './begin-writing.js';
import { LockPauses } from './lock-pauses.js';
import { openAgain } from './sqlite-connection.js';
import { SqliteCounts } from './sqlite-counts.js';
import { SqliteEntries } from './sqlite-entries.js';
import { UnusableStoreError } from './sqlite-errors.js';
import { SqliteStatements } from './sqlite-statements.js';
import { MOST_BYTES, MOST_WRITES, rollback } from './write-queue.js';

/** What the store writes in one turn of the event loop by itself. */
const TURN = { entries: MOST_WRITES, characters: MOST_BYTES };
const PIECE = { entries: 200, characters: MOST_BYTES / 4 };
/** In ms: after that the event loop turns. */
const TURN_MS = 8;
/** In ms spent elsewhere meanwhile: then the event loop turns less often, since nobody else can write until the end. */
const LONGEST_AWAY = 1_000;
const HURRIED_TURN_MS = 100;

const WRITING =
  'A scheduleMany() of many entries, or of large ones, is being written to the SQLite file: call again later, or give it fewer at a time.';

interface Connection {
  readonly database: DatabaseSync;
  readonly counts: SqliteCounts;
  readonly entries: SqliteEntries;
}

/**
 * What is all or none, and too much to be written in one turn of the event loop. It has a connection of its own: between
 * the turns, what others of this process read is not to see into its transaction.
 */
export class LargeInserts {
  private connection: Promise<Connection> | undefined;
  private readonly pauses = new LockPauses();
  private last: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(
    private readonly file: string,
    private readonly access: SqliteAccess,
    /** In ms: how long a write may wait for others. */
    private readonly patience: number,
  ) {}

  isLarge(entries: readonly NewEntry[]): boolean {
    return endOfPiece(entries, 0, TURN) < entries.length;
  }

  insert(entries: readonly NewEntry[], now: number): Promise<InsertResult[]> {
    if (this.isClosed) return Promise.reject(new SchedulerUnavailableError('The store is closed.'));
    const deadline = performance.now() + this.patience;
    this.pauses.enter();
    const inserted = this.last.then(() => this.transact(entries, now, deadline));
    const isDone = () => this.pauses.leave();
    // Whatever became of it, the next one follows.
    this.last = inserted.then(isDone, isDone);
    return inserted;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.last;
    if (this.connection) (await this.connection).database.close();
  }

  private async transact(
    entries: readonly NewEntry[],
    now: number,
    deadline: number,
  ): Promise<InsertResult[]> {
    try {
      const connection = await this.opened();
      await beginWriting(connection.database, this.access, (refusal) => {
        if (refusal && performance.now() > deadline) throw refusal;
        return true;
      });
      const results = await this.access.whileNobodyWrites(WRITING, () =>
        this.write(connection, entries, now),
      );
      await this.access.committed();
      return results;
    } catch (cause) {
      throw this.access.explain(cause, 'written');
    }
  }

  private opened(): Promise<Connection> {
    const opened = (this.connection ??= this.open());
    opened.catch(() => (this.connection = undefined));
    return opened;
  }

  private async open(): Promise<Connection> {
    this.access.assertThere();
    // Its commits are brought to the disk, and copied from the log, as all others are.
    const database = await openAgain(this.file, 'NORMAL').catch((error: unknown) => {
      throw error instanceof UnusableStoreError ? (error.cause ?? error) : error;
    });
    database.exec('PRAGMA wal_autocheckpoint = 0');
    const sql = new SqliteStatements(database);
    const counts = new SqliteCounts(sql);
    return { database, counts, entries: new SqliteEntries(sql, counts) };
  }

  private async write(
    { database, counts, entries: rows }: Connection,
    entries: readonly NewEntry[],
    now: number,
  ): Promise<InsertResult[]> {
    const results: InsertResult[] = [];
    let away = 0;
    try {
      for (let from = 0, turned = performance.now(); from < entries.length;) {
        const to = endOfPiece(entries, from, PIECE);
        results.push(...rows.insert(entries.slice(from, to), now));
        from = to;
        const written = performance.now();
        if (written - turned < (away < LONGEST_AWAY ? TURN_MS : HURRIED_TURN_MS)) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turned = performance.now();
        away += turned - written;
      }
      counts.write();
      this.access.assertThere();
      database.exec('COMMIT');
      return results;
    } catch (error) {
      counts.forget();
      rollback(database);
      throw error;
    }
  }
}
