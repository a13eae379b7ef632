import type { JobScheduler } from 'nestjs-eventflow-jobs';
import type { Pool, PoolClient } from 'pg';
import { UnitOfWork } from '../unit-of-work.js';
import { inTransaction } from './open-transaction.js';

/** Each runs in a transaction of its own, on a connection of its own: any number of them side by side. */
export class PgUnitOfWork extends UnitOfWork {
  constructor(
    private readonly pool: Pool,
    private readonly scheduler: JobScheduler,
  ) {
    super();
  }

  async run<T>(work: (transaction?: unknown) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let lost: Error | undefined;
    const onLost = (error: Error) => (lost = error);
    client.on('error', onLost); // the next statement fails, and nothing is committed
    try {
      return await inTransaction(client, () => this.transact(client, work));
    } finally {
      client.off('error', onLost);
      client.release(lost);
    }
  }

  private async transact<T>(client: PoolClient, work: (transaction?: unknown) => Promise<T>): Promise<T> {
    await client.query('BEGIN');
    try {
      const result = await work(this.scheduler.capabilities.has('transaction') ? client : undefined);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {}); // the transaction has ended with its connection
      throw error;
    }
  }
}
