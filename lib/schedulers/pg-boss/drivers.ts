import type * as PgBossModule from 'pg-boss';
import type * as PgModule from 'pg';
import { installed } from '../../scheduling/missing-driver.error.js';

export type { Client, ClientConfig, Pool, PoolClient, PoolConfig, QueryConfig } from 'pg';
export type { ConstructorOptions, Db, PgBoss } from 'pg-boss';

const SCHEDULER = 'pgBossScheduler()';
const PACKAGES = 'pg-boss@~12.38.0 pg';

/** The one place that loads them: only an app that uses the scheduler needs them installed. */
export async function loadDrivers(): Promise<{
  PgBoss: typeof PgBossModule.PgBoss;
  pg: Pick<typeof PgModule, 'Client' | 'Pool'>;
}> {
  const boss = await loadBoss();
  const { default: pg } = await installed(SCHEDULER, PACKAGES, () => import('pg'));
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
  return installed(SCHEDULER, PACKAGES, () => import('pg-boss'));
}
