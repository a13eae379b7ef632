import type { Duration } from '../../scheduling/duration.js';
import type { ConstructorOptions, PgBoss, Pool } from './drivers.js';

export const DEFAULT_SCHEMA = 'pgboss';

/**
 * What `pgBossScheduler()` takes beside the connection: the schema, how long it keeps, who holds what.
 *
 * @publicApi
 */
export interface PgBossTuning {
  /** The PostgreSQL schema of pg-boss. @default 'pgboss' */
  schema?: string;
  /**
   * Whether the schema is made, or an older one is brought up to date, at start. With `false` nothing is made: the app does
   * not start where something is missing, and the error names the command that makes it.
   * @default true
   */
  migrate?: boolean;
  /** How long finished entries are kept. @default 7 days */
  retention?: { age?: Duration };
  /**
   * After this long without a sign of life, a worker loses its entries to the others. It gives one every third of that,
   * and every 2 seconds at least.
   * @default '15s'
   */
  lease?: Duration;
  /**
   * Runs each attempt in a transaction of its own, which `context.transaction` and `JobTransaction` give to the job: what
   * it writes there and the completion commit together. Each attempt that runs takes a connection: a pool of the app's, or
   * a `max`, must leave some beyond the worker's `concurrency`.
   * @default false
   */
  transactionalWork?: boolean;
}

/** What pg-boss itself takes: `ssl`, `max`, `backend`, `application_name`, and whatever else is passed on to pg. */
type PassedOn = Omit<ConstructorOptions, 'db' | 'schema' | 'migrate' | 'connectionString'>;

/**
 * How PostgreSQL is reached: by a connection string (or `host` and the like) of its own, by the app's `pg.Pool`, or by
 * the app's own `PgBoss`, which the app starts and stops.
 *
 * @publicApi
 */
export type PgBossSchedulerOptions = PgBossTuning &
  (({ connectionString: string } & PassedOn) | ({ pool: Pool } & PassedOn) | { boss: PgBoss });
