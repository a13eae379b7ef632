import type { DatabaseSync } from 'node:sqlite';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import { isBusy } from './sqlite-errors.js';

/** What is written in one transaction, at the most: more would block the event loop for longer than 20 ms. */
const MOST_WRITES = 400;
const MOST_BYTES = 256 * 1024;

interface Write {
  readonly run: () => unknown;
  readonly bytes: number;
  readonly rows: number;
  readonly deadline: number;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Where a transaction keeps what has to be done once for all its writes. */
export interface TransactionHooks {
  /** Before the commit, in the transaction. */
  readonly beforeCommit: () => void;
  readonly afterCommit: () => void;
  readonly afterRollback: () => void;
  /** @throws where the store must not be written to any more. */
  readonly assertUsable: () => void;
}

/** Writes of one turn of the event loop share a transaction; each promise settles after the commit is on disk. */
export class WriteQueue {
  private writes: Write[] = [];
  private planned = false;
  private closed = false;

  constructor(
    private readonly database: DatabaseSync,
    private readonly hooks: TransactionHooks,
    /** In ms: how long a write may wait for other processes. */
    private readonly patience: number,
  ) {}

  /** @param size rows and bytes to be written, by which transactions are kept short. */
  add<T>(run: () => T, size: { rows: number; bytes: number } = { rows: 1, bytes: 0 }): Promise<T> {
    if (this.closed) return Promise.reject(new SchedulerUnavailableError('The store is closed.'));
    return new Promise((resolve, reject) => {
      this.writes.push({ run, ...size, deadline: performance.now() + this.patience, resolve, reject });
      this.plan();
    });
  }

  /** Writes all that waits, now: for those who have waited for the end of the turn already. */
  flush(): void {
    const batch = this.nextBatch();
    if (batch.length === 0) return;
    let outcomes: (() => void)[];
    try {
      outcomes = this.transact(batch);
    } catch (error) {
      if (isBusy(error)) this.again(batch, error);
      else if (batch.length > 1) this.oneByOne(batch);
      else batch[0]!.reject(unavailable(error));
      return;
    }
    for (const settle of outcomes) settle();
    if (this.writes.length > 0) this.plan();
  }

  /** Writes what is left, and takes no more. */
  async close(): Promise<void> {
    while (this.writes.length > 0) {
      this.flush();
      if (this.writes.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.closed = true;
  }

  private plan(delay?: number): void {
    if (this.planned) return;
    this.planned = true;
    const run = () => {
      this.planned = false;
      this.flush();
    };
    if (delay === undefined) setImmediate(run);
    else setTimeout(run, delay);
  }

  private nextBatch(): Write[] {
    let bytes = 0;
    let rows = 0;
    let length = 0;
    for (; length < this.writes.length; length++) {
      const write = this.writes[length]!;
      if (length > 0 && (rows + write.rows > MOST_WRITES || bytes + write.bytes > MOST_BYTES)) break;
      rows += write.rows;
      bytes += write.bytes;
    }
    return this.writes.splice(0, length);
  }

  private transact(batch: readonly Write[]): (() => void)[] {
    this.hooks.assertUsable();
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const outcomes = batch.map(({ run, resolve, reject }) => this.attempt(run, resolve, reject));
      this.hooks.beforeCommit();
      this.database.exec('COMMIT');
      this.hooks.afterCommit();
      return outcomes;
    } catch (error) {
      rollback(this.database);
      this.hooks.afterRollback();
      throw error;
    }
  }

  /** A write that refuses does so before it has written anything; what SQLite throws undoes the whole transaction. */
  private attempt(
    run: () => unknown,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
  ): () => void {
    try {
      const value = run() as never;
      return () => resolve(value);
    } catch (error) {
      if (isSqliteError(error)) throw error;
      return () => reject(error);
    }
  }

  /** Another process writes: we wait without blocking the event loop, for a random moment, so that none starves. */
  private again(batch: readonly Write[], cause: unknown): void {
    const now = performance.now();
    for (const { deadline, reject } of batch) if (deadline <= now) reject(unavailable(cause));
    this.writes = [...batch.filter(({ deadline }) => deadline > now), ...this.writes];
    if (this.writes.length > 0) this.plan(0.5 + Math.random() * 2);
  }

  /** One write that SQLite refuses must not harm the others. */
  private oneByOne(batch: readonly Write[]): void {
    for (const write of batch) {
      try {
        for (const settle of this.transact([write])) settle();
      } catch (error) {
        if (isBusy(error)) this.again([write], error);
        else write.reject(unavailable(error));
      }
    }
    if (this.writes.length > 0) this.plan();
  }
}

/** A full disk has rolled back already, and says so by an error. */
function rollback(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}

function isSqliteError(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_SQLITE_ERROR';
}

function unavailable(cause: unknown): unknown {
  if (!isSqliteError(cause)) return cause;
  return new SchedulerUnavailableError(`The SQLite file could not be written: ${(cause as Error).message}.`, {
    cause,
  });
}
