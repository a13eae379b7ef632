import type { Access } from './access.js';
import { BossAccess } from './boss-access.js';
import { type PgBoss, type PoolConfig, loadDrivers } from './drivers.js';
import { PoolAccess } from './pool-access.js';
import { assertUsableBackend } from './server-kind.js';
import type { PgBossSchedulerOptions } from './pg-boss.options.js';

/** Longer than this to connect is not to be waited for: a call may take `operationTimeout` in all. */
const CONNECT_MS = 2_000;

/** How the scheduler reaches its server, and the pg-boss that makes the schema there. */
export interface Connection {
  readonly access: Access;
  readonly boss: PgBoss;
  /** The app starts and stops its own. */
  readonly isStarted: boolean;
  /** Where how many connections there are at most is ours to say. */
  readonly hold?: (connections: number) => void;
  close(): Promise<void>;
}

/** What pg-boss does by itself in the background, and ours does in its own way. */
const QUIET = {
  schedule: false,
  supervise: false,
  registerInstance: false,
  reindex: false,
  monitorVacuum: false,
  useListenNotify: false,
} as const;

export async function connect(
  options: PgBossSchedulerOptions,
  schema: string,
  operationTimeout: number,
): Promise<Connection> {
  assertUsableBackend(options);
  if ('boss' in options) {
    const access = new BossAccess(options.boss.getDb());
    return { access, boss: options.boss, isStarted: true, close: () => access.close() };
  }
  const { PgBoss, pg } = await loadDrivers();
  const { migrate, retention: _1, lease: _2, transactionalWork: _3, ...passedOn } = options;
  const ours = 'pool' in options ? undefined : new pg.Pool(poolConfig(passedOn, operationTimeout));
  const pool = ours ?? (options as { pool: import('./drivers.js').Pool }).pool;
  const access = new PoolAccess(pool, pg.Client, ours !== undefined, operationTimeout);
  const { pool: _4, connectionString: _5, ...ofBoss } = passedOn as Record<string, unknown>;
  const boss = new PgBoss({
    ...QUIET,
    ...ofBoss,
    schema,
    ...(migrate !== undefined && { migrate }),
    // A migration takes as long as it takes.
    db: { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) },
  });
  boss.on('error', () => {});
  return {
    access,
    boss,
    isStarted: false,
    ...(ours && !('max' in passedOn) && { hold: (connections: number) => access.hold(connections) }),
    close: async () => {
      await boss.stop({ graceful: false }).catch(() => {});
      await access.close();
    },
  };
}

function poolConfig(given: PoolConfig, operationTimeout: number): PoolConfig {
  return {
    application_name: 'nestjs-eventflow-jobs',
    connectionTimeoutMillis: Math.min(CONNECT_MS, operationTimeout),
    ...given,
  };
}
