import type { Access, Executor } from './access.js';
import { againIfDeadlocked } from './deadlocks.js';
import { within } from './unavailable.js';

/** For this transaction only. */
const ALONG_INDEXES = ['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'jit']
  .map((way) => `set_config('${way}', 'off', true)`)
  .join(', ');

/** What is asked of the server, each within the time that a call may take. */
export class PgCalls {
  constructor(
    readonly access: Access,
    /** In ms. */
    readonly timeout: number,
  ) {}

  /** @throws {SchedulerUnavailableError} where the server cannot be reached in time. */
  do<T>(run: (executor: Executor) => Promise<T>): Promise<T> {
    return within(this.timeout, run(this.access));
  }

  query<T>(text: string, values?: unknown[]): Promise<T[]> {
    return this.do(async (executor) => (await executor.executeSql(text, values)).rows as T[]);
  }

  /**
   * A query of which the first rows in the order of an index are wanted. Of entries that came a moment ago the planner has
   * no statistics: it takes them for few, and would read them all and sort them.
   */
  queryAlongIndexes<T>(text: string, values?: unknown[]): Promise<T[]> {
    return this.inTransaction(async (transaction) => {
      await transaction.executeSql(`SELECT ${ALONG_INDEXES}`);
      return (await transaction.executeSql(text, values)).rows as T[];
    });
  }

  inTransaction<T>(run: (transaction: Executor) => Promise<T>): Promise<T> {
    return within(this.timeout, this.transact(run));
  }

  /** As {@link PgCalls.inTransaction}, and again where it and others waited for each other. */
  inTransactionAgain<T>(run: (transaction: Executor) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.timeout;
    return within(
      this.timeout,
      againIfDeadlocked(deadline, () => this.transact(run)),
    );
  }

  private async transact<T>(run: (transaction: Executor) => Promise<T>): Promise<T> {
    const transaction = await this.access.begin();
    try {
      const result = await run(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }
}
