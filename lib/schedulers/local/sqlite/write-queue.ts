import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import { EventFlowJobsError } from '../../../eventflow-jobs.error.js';
import { isBusy, isSqliteError } from './sqlite-errors.js';

/** What is written in one transaction, at the most: more would block the event loop for longer than 20 ms. */
export const MOST_WRITES = 800;
export const MOST_BYTES = 384 * 1024;
/** While others write for long, each vain attempt blocks the event loop: the pauses grow to this many of the first. */
const LONGEST_PAUSE = 10;
const HELD_PAUSE = 10;

interface Write {
  readonly run: () => unknown;
  readonly bytes: number;
  readonly rows: number;
  readonly deadline: number;
  /** Written in a transaction of its own: together with others it failed. */
  readonly alone?: boolean;
  /** Its promise does not wait for the disk. */
  readonly early?: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Where a transaction keeps what has to be done once for all its writes. */
export interface TransactionHooks {
  /** Before the commit, in the transaction. */
  readonly beforeCommit: () => void;
  readonly afterCommit: () => void;
  readonly afterRollback: () => void;
  /** Calls back once what was committed is on the disk, as soon as can be where that is urgent. */
  readonly onDisk: (done: () => void, failed: (error: unknown) => void, isUrgent: boolean) => void;
  /** @throws where the store must not be written to any more. */
  readonly assertUsable: () => void;
  /** What a caller gets for an error of SQLite's. */
  readonly explain: (cause: unknown) => unknown;
}

/** Writes of one turn of the event loop share a transaction; each promise settles after the commit is on disk. */
export class WriteQueue {
  private writes: Write[] = [];
  private cancelPlan: (() => void) | undefined;
  private closed = false;
  /** Why nothing is written, by each that says so. */
  private readonly holds: string[] = [];
  private refusals = 0;
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;

  constructor(
    private readonly database: DatabaseSync,
    private readonly hooks: TransactionHooks,
    /** In ms: how long a write may wait for other processes. */
    private readonly patience: number,
  ) {
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.commit = database.prepare('COMMIT');
  }

  /** @param size rows and bytes to be written, by which transactions are kept short. */
  add<T>(run: () => T, size: { rows: number; bytes: number } = { rows: 1, bytes: 0 }): Promise<T> {
    const added = this.push(run, size, false);
    this.plan();
    return added;
  }

  /**
   * Now, with all that waits: for those who have waited for the end of the turn already. Its promise settles after the
   * commit, which other processes see by then, and which a power cut may still undo.
   */
  addNow<T>(run: () => T): Promise<T> {
    const added = this.push(run, { rows: 1, bytes: 0 }, true);
    this.flush();
    return added;
  }

  private push<T>(run: () => T, size: { rows: number; bytes: number }, early: boolean): Promise<T> {
    if (this.closed) return Promise.reject(new SchedulerUnavailableError('The store is closed.'));
    return new Promise((resolve, reject) => {
      this.writes.push({ run, ...size, early, deadline: performance.now() + this.patience, resolve, reject });
    });
  }

  private flush(): void {
    if (this.holds.length > 0) return this.again([], HELD_PAUSE);
    const batch = this.nextBatch();
    if (batch.length === 0) return;
    let outcomes: (() => void)[];
    try {
      outcomes = this.transact(batch);
    } catch (error) {
      if (isBusy(error)) return this.busy(batch, error);
      if (batch.length > 1) this.writes = [...batch.map((one) => ({ ...one, alone: true })), ...this.writes];
      else batch[0]!.reject(this.hooks.explain(error));
      if (this.writes.length > 0) this.plan();
      return;
    }
    this.refusals = 0;
    this.settle(batch, outcomes);
    if (this.writes.length > 0) this.plan();
  }

  private settle(batch: readonly Write[], outcomes: readonly (() => void)[]): void {
    const later: number[] = [];
    batch.forEach(({ early }, index) => (early ? outcomes[index]!() : later.push(index)));
    this.hooks.onDisk(
      () => later.forEach((index) => outcomes[index]!()),
      (error) => later.forEach((index) => batch[index]!.reject(error)),
      later.length > 0,
    );
  }

  /** Why nothing is written now, where that is so. */
  get held(): SchedulerUnavailableError | undefined {
    return this.holds.length > 0 ? new SchedulerUnavailableError(this.holds[0]!) : undefined;
  }

  /** Nothing is written until each that called this has let go. Who waits for too long is told why. */
  hold(why: string): void {
    this.holds.push(why);
  }

  letGo(why: string): void {
    this.holds.splice(this.holds.indexOf(why), 1);
    if (this.holds.length > 0 || this.writes.length === 0) return;
    this.cancelPlan?.();
    this.plan();
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
    if (this.cancelPlan) return;
    const run = () => {
      this.cancelPlan = undefined;
      this.flush();
    };
    const cancel = delay === undefined ? soon(run) : after(delay, run);
    this.cancelPlan = () => {
      this.cancelPlan = undefined;
      cancel();
    };
  }

  private nextBatch(): Write[] {
    let bytes = 0;
    let rows = 0;
    let length = 0;
    for (; length < this.writes.length; length++) {
      const write = this.writes[length]!;
      if (length > 0 && (write.alone || rows + write.rows > MOST_WRITES || bytes + write.bytes > MOST_BYTES))
        break;
      rows += write.rows;
      bytes += write.bytes;
      if (write.alone) return this.writes.splice(0, length + 1);
    }
    return this.writes.splice(0, length);
  }

  private transact(batch: readonly Write[]): (() => void)[] {
    this.hooks.assertUsable();
    this.begin.run();
    let outcomes: (() => void)[];
    try {
      outcomes = batch.map(({ run, resolve, reject }) => this.attempt(run, resolve, reject));
      this.hooks.beforeCommit();
      this.commit.run();
    } catch (error) {
      rollback(this.database);
      this.hooks.afterRollback();
      throw error;
    }
    this.hooks.afterCommit();
    return outcomes;
  }

  /** A write that refuses does so before it has written anything; anything else undoes the whole transaction. */
  private attempt(
    run: () => unknown,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
  ): () => void {
    try {
      const value = run() as never;
      return () => resolve(value);
    } catch (error) {
      if (!(error instanceof EventFlowJobsError)) throw error;
      return () => reject(error);
    }
  }

  /** Another process writes: we wait without blocking the event loop, for a random moment, so that none starves. */
  private busy(batch: readonly Write[], cause: unknown): void {
    this.refusals = Math.min(this.refusals + 1, LONGEST_PAUSE);
    this.again(batch, (0.5 + Math.random() * 2) * this.refusals, cause);
  }

  /** Tells those that have waited too long; they stand in the order of their deadlines. */
  private again(batch: readonly Write[], pause: number, cause?: unknown): void {
    const waiting = batch.length > 0 ? [...batch, ...this.writes] : this.writes;
    const now = performance.now();
    const inTime = waiting.findIndex(({ deadline }) => deadline > now);
    const late = waiting.splice(0, inTime === -1 ? waiting.length : inTime);
    this.writes = waiting;
    for (const { reject } of late) reject(cause === undefined ? this.held : this.hooks.explain(cause));
    if (this.writes.length > 0) this.plan(pause);
  }
}

function soon(run: () => void): () => void {
  const planned = setImmediate(run);
  return () => clearImmediate(planned);
}

function after(delay: number, run: () => void): () => void {
  const planned = setTimeout(run, delay);
  return () => clearTimeout(planned);
}

/** A full disk has rolled back already, and says so by an error. */
export function rollback(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}
