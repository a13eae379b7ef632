import type { DatabaseSync } from 'node:sqlite';
import { endOfPiece } from '../../../scheduling/gathered-calls.js';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import type { InsertResult, NewEntry } from '../../../scheduling/stored-entry.js';
import type { SqliteAccess } from './sqlite-access.js';
import { openAgain } from './sqlite-connection.js';
import { SqliteCounts } from './sqlite-counts.js';
import { SqliteEntries } from './sqlite-entries.js';
import { isBusy } from './sqlite-errors.js';
import { SqliteStatements } from './sqlite-statements.js';
import { MOST_BYTES, MOST_WRITES, rollback } from './write-queue.js';

const PIECE = { entries: MOST_WRITES, characters: MOST_BYTES };

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
  private last: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor(
    private readonly file: string,
    private readonly access: SqliteAccess,
    /** In ms: how long a write may wait for others. */
    private readonly patience: number,
  ) {}

  isLarge(entries: readonly NewEntry[]): boolean {
    return endOfPiece(entries, 0, PIECE) < entries.length;
  }

  insert(entries: readonly NewEntry[], now: number): Promise<InsertResult[]> {
    const deadline = performance.now() + this.patience;
    const inserted = this.last.then(() => this.transact(entries, now, deadline));
    this.last = inserted.catch(() => {}); // told to its own caller
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
    if (this.isClosed) throw new SchedulerUnavailableError('The store is closed.');
    try {
      const connection = await this.opened();
      await this.begin(connection.database, deadline);
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
    // Its commits are brought to the disk as all others are.
    const database = await openAgain(this.file, 'NORMAL');
    const sql = new SqliteStatements(database);
    const counts = new SqliteCounts(sql);
    return { database, counts, entries: new SqliteEntries(sql, counts) };
  }

  private async begin(database: DatabaseSync, deadline: number): Promise<void> {
    for (;;) {
      this.access.assertThere();
      // Those of this process need not be met in the file, where each vain try blocks the event loop.
      let refusal: unknown = this.access.held;
      if (refusal === undefined) {
        try {
          return database.exec('BEGIN IMMEDIATE');
        } catch (error) {
          if (!isBusy(error)) throw error;
          refusal = error;
        }
      }
      if (performance.now() > deadline) throw refusal;
      await new Promise((again) => setTimeout(again, 0.5 + Math.random() * 2));
    }
  }

  private async write(
    { database, counts, entries: rows }: Connection,
    entries: readonly NewEntry[],
    now: number,
  ): Promise<InsertResult[]> {
    const results: InsertResult[] = [];
    try {
      for (let from = 0; from < entries.length;) {
        const to = endOfPiece(entries, from, PIECE);
        results.push(...rows.insert(entries.slice(from, to), now));
        from = to;
        await new Promise((resolve) => setImmediate(resolve));
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
