import type { Access, Executor } from './access.js';
import { within } from './unavailable.js';

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

  inTransaction<T>(run: (transaction: Executor) => Promise<T>): Promise<T> {
    return within(this.timeout, this.transact(run));
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
