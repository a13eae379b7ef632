import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { type Access, type OpenTransaction, TRANSACTION_BEGAN } from './access.js';
import type { Db } from './drivers.js';

/** The connections of the app's own PgBoss. */
export class BossAccess implements Access {
  constructor(private readonly db: Db) {}

  get connections(): number | undefined {
    return this.db.poolCounts?.()?.max;
  }

  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    return this.db.executeSql(text, values);
  }

  async begin(): Promise<OpenTransaction> {
    if (!this.db.beginTransaction) throw cannot('begin a transaction');
    const transaction = await this.db.beginTransaction();
    const { db } = transaction;
    let began: string;
    try {
      const { rows } = await db.executeSql(`SELECT ${TRANSACTION_BEGAN} AS began`);
      ({ began } = rows[0] as { began: string });
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
    return {
      client: db,
      began,
      executeSql: (text, values) => db.executeSql(text, values),
      commit: () => transaction.commit(),
      rollback: () => transaction.rollback(),
    };
  }

  async listen(
    channel: string,
    onMessage: (payload: string) => void,
    onReady: () => void,
  ): Promise<{ close(): Promise<void> }> {
    if (!this.db.listen) throw cannot('listen');
    return this.db.listen(channel, onMessage, onReady);
  }

  async close(): Promise<void> {}
}

function cannot(what: string): EventFlowJobsError {
  return new EventFlowJobsError(
    `The \`db\` of the given PgBoss cannot ${what}: give the scheduler a \`connectionString\` or a \`pool\` instead.`,
  );
}
