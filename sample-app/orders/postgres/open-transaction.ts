import { AsyncLocalStorage } from 'node:async_hooks';
import type { PoolClient } from 'pg';

/** The transaction of the unit of work that runs, for the repository that it calls. */
export const openTransaction = new AsyncLocalStorage<PoolClient>();
