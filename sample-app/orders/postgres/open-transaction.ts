import { AsyncLocalStorage } from 'node:async_hooks';
import type { PoolClient } from 'pg';

const current = new AsyncLocalStorage<{ client?: PoolClient }>();

/** The client of the unit of work that runs, for the repository that it calls. */
export function openTransaction(): PoolClient | undefined {
  return current.getStore()?.client;
}

/** For what `work` begins and that outlives it, such as a worker that it wakes, the transaction is over with it. */
export async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  const unit: { client?: PoolClient } = { client };
  try {
    return await current.run(unit, work);
  } finally {
    unit.client = undefined;
  }
}
