import type { DatabaseSync } from 'node:sqlite';
import { type Attempt, TRANSACTION_ENDED_BY_JOB } from '../../../jobs/attempt.js';
import type { Clock } from '../../../jobs/clock.js';
import { DiscardJobError, WorkerStoppedError } from '../../../jobs/jobs.errors.js';
import type { AttemptResult, Outcome } from '../../../jobs/outcome.js';
import type { ClaimedEntry, Performed } from '../../../worker/work-source.js';
import { SqliteAttempts } from './sqlite-attempts.js';
import { beginWriting } from './begin-writing.js';
import { LockPauses } from './lock-pauses.js';
import { openAgain } from './sqlite-connection.js';
import { SqliteCounts } from './sqlite-counts.js';
import { isNoSuchSavepoint, isRefusal } from './sqlite-errors.js';
import { SqliteStatements } from './sqlite-statements.js';
import type { SqliteStore } from './sqlite.store.js';
import { rollback } from './write-queue.js';

/** After a transaction could not be begun, in ms: the entry is claimed again at once. */
const PAUSE = 200;
/** Gone with the transaction of the attempt, however that ends. */
const SAVEPOINT = 'eventflow_jobs_attempt';

const IN_TRANSACTION =
  'A job holds the one write transaction of the file (transactionalWork): pass `transaction: context.transaction` where ' +
  'the job itself schedules, and keep such jobs short.';

/**
 * Runs attempts one after the other, each in a transaction on a connection of its own: what the job writes through it
 * and the completion are one commit. A file has one writer, so two at a time would only wait for each other.
 */
export class TransactionLane {
  private last: Promise<unknown> = Promise.resolve();
  private readonly pauses = new LockPauses();
  private counts!: SqliteCounts;
  private attempts!: SqliteAttempts;

  private constructor(
    private readonly store: SqliteStore,
    private readonly synchronous: 'FULL' | 'NORMAL',
    private readonly clock: Clock,
    private database: DatabaseSync,
  ) {
    this.use(database);
  }

  static async open(
    store: SqliteStore,
    synchronous: 'FULL' | 'NORMAL',
    clock: Clock,
  ): Promise<TransactionLane> {
    return new TransactionLane(store, synchronous, clock, await openAgain(store.opened.file, synchronous));
  }

  private use(database: DatabaseSync): void {
    this.database = database;
    const sql = new SqliteStatements(database);
    this.counts = new SqliteCounts(sql);
    this.attempts = new SqliteAttempts(sql, this.counts);
  }

  perform(attempt: Attempt, run: () => Promise<AttemptResult>): Promise<Performed> {
    this.pauses.enter();
    const performed = this.last.then(() => this.inTransaction(attempt, run));
    const isDone = () => this.pauses.leave();
    // Whatever became of it, the next one follows.
    this.last = performed.then(isDone, isDone);
    return performed;
  }

  close(): void {
    if (isOpen(this.database)) this.database.close();
  }

  private async inTransaction(attempt: Attempt, run: () => Promise<AttemptResult>): Promise<Performed> {
    try {
      // Told to end while it waited: nothing of it is to run.
      if (!(await this.begin(attempt))) return { result: await run() };
    } catch (cause) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      attempt.abort(new WorkerStoppedError('No transaction could be begun for the attempt.', { cause }));
      return { result: await run() };
    }
    return this.store.access.whileNobodyWrites(IN_TRANSACTION, () => this.runIn(attempt, run));
  }

  private async runIn(attempt: Attempt, run: () => Promise<AttemptResult>): Promise<Performed> {
    let settled: Outcome | undefined;
    attempt.transaction = this.database;
    attempt.commit = async () => {
      settled = this.commit(attempt);
    };
    const result = await run();
    if (settled?.type === 'succeeded') return { result, settled };
    this.counts.forget();
    if (isOpen(this.database)) rollback(this.database);
    // What goes on in the code of an aborted job must not get into the transaction of the next one.
    if (attempt.abortedBy) this.close();
    return { result };
  }

  /** @returns what was written down; where that is no success, nothing of the attempt is to remain. */
  private commit(attempt: Attempt): Outcome | undefined {
    const entry = attempt.entry as ClaimedEntry;
    const { claim } = entry;
    const seq = this.store.claimed.rowOf(entry);
    const owner = this.store.workers.id;
    if (seq === undefined || owner === undefined) return undefined;
    assertNotEnded(this.database);
    try {
      const settled = this.attempts.settle(seq, claim, owner, { type: 'succeeded' }, this.clock.now());
      if (settled?.type !== 'succeeded') return undefined;
      this.counts.write();
      this.database.exec('COMMIT');
      this.store.claimed.forget(entry);
      return settled;
    } catch (cause) {
      // What the job itself has written breaks a rule of its own: it has failed, and its policy says what comes next.
      if (isRefusal(cause)) throw cause;
      // A full disk, say: nothing of the attempt is there, and so it does not count.
      const lost = new WorkerStoppedError('The transaction of the attempt could not be committed.', {
        cause,
      });
      attempt.abort(lost);
      throw lost;
    }
  }

  /** @returns whether it is still to run. */
  private async begin(attempt: Attempt): Promise<boolean> {
    this.store.access.assertThere();
    if (!isOpen(this.database)) this.use(await openAgain(this.store.opened.file, this.synchronous));
    const { database, store } = this;
    if (!(await beginWriting(database, store.access, () => !attempt.abortedBy))) return false;
    database.exec(`SAVEPOINT ${SAVEPOINT}`);
    return true;
  }
}

/** To try again would only do once more what such a job has committed. */
function assertNotEnded(transaction: DatabaseSync): void {
  if (!isOpen(transaction))
    throw new DiscardJobError(
      'The job has closed `context.transaction`: leave that to the scheduler, which commits it.',
    );
  try {
    transaction.exec(`RELEASE ${SAVEPOINT}`);
  } catch (cause) {
    if (!isNoSuchSavepoint(cause)) throw cause;
    const error = new DiscardJobError(
      `${TRANSACTION_ENDED_BY_JOB} SQLite itself ends one after some errors, such as a full disk: let them out of the job.`,
    );
    error.cause = cause;
    throw error;
  }
}

/** Node.js 22 cannot say. */
function isOpen(database: DatabaseSync): boolean {
  try {
    database.exec('');
    return true;
  } catch {
    return false;
  }
}
