import { bareError } from '../../jobs/bare-error.js';
import { type Connection, connect } from './connection.js';
import { type Installation, type SchemaUse, install, mustMigrate } from './installation.js';
import { installOwn } from './own-schema.js';
import { DEFAULT_SCHEMA, type PgBossSchedulerOptions } from './pg-boss.options.js';

/** What PostgreSQL says where the account has not the right. */
const NO_RIGHT = '42501';
/** An index of a large table takes its time, in ms. */
const PATIENCE = 3_600_000;

/**
 * Makes what `pgBossScheduler()` needs in the database, or brings an older schema up to date, as the app does at its
 * start unless it is told `migrate: false`: for a step of the deployment with rights that the app has not.
 *
 * @throws {UnusableSchemaError} where the schema is of a newer release, or the account may not make it.
 * @publicApi
 */
export async function migratePgBossSchema(options: PgBossSchedulerOptions): Promise<void> {
  const { schema = DEFAULT_SCHEMA } = options;
  const connection = await connect({ ...options, migrate: true }, schema, PATIENCE);
  try {
    await prepareSchema(connection, { schema, migrate: true });
  } finally {
    await connection.close();
  }
}

/** pg-boss's part and ours; with `migrate: false` it only looks whether they are there. */
export async function prepareSchema(
  { access, boss, isStarted }: Connection,
  { schema, migrate, readsOnly }: SchemaUse,
): Promise<Installation> {
  try {
    const installation = await install(boss, access, { schema, migrate, isStarted });
    await installOwn(access, installation, { schema, migrate, readsOnly });
    return installation;
  } catch (error) {
    if ((error as { code?: unknown }).code !== NO_RIGHT) throw bareError(error);
    throw mustMigrate(schema, 'needs something that this account may not make or use', bareError(error));
  }
}
