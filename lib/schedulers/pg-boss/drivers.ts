import type * as PgBossModule from 'pg-boss';
import type * as PgModule from 'pg';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';

export type { Client, ClientConfig, Pool, PoolClient, PoolConfig, QueryConfig } from 'pg';
export type { ConstructorOptions, Db, PgBoss } from 'pg-boss';

/** pg-boss or pg is not installed: both are optional, since whoever uses another scheduler needs neither. */
export class MissingDriverError extends EventFlowJobsError {}

/** The one place that loads them: only an app that uses the scheduler needs them installed. */
export async function loadDrivers(): Promise<{
  PgBoss: typeof PgBossModule.PgBoss;
  pg: Pick<typeof PgModule, 'Client' | 'Pool'>;
}> {
  const boss = await loadBoss();
  const { default: pg } = await installed(() => import('pg'));
  return { PgBoss: boss.PgBoss, pg };
}

/** How pg-boss runs SQL in the transactions of other libraries. */
export function loadAdapters(): Promise<
  Pick<typeof PgBossModule, 'fromDrizzle' | 'fromKnex' | 'fromKysely' | 'fromPrisma'>
> {
  return loadBoss();
}

/** Whoever gives a transaction of Drizzle's has it installed. */
export async function loadDrizzleSql(): Promise<unknown> {
  const name = 'drizzle-orm';
  return ((await import(name)) as { sql: unknown }).sql;
}

function loadBoss(): Promise<typeof PgBossModule> {
  return installed(() => import('pg-boss'));
}

async function installed<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new MissingDriverError(
      'pgBossScheduler() needs pg-boss and pg, which are not installed: npm install pg-boss pg',
      { cause },
    );
  }
}
