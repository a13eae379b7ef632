import { setTimeout as sleep } from 'node:timers/promises';
import { LineLogger } from '../../jobs/line.logger.js';
import { messageOf } from '../../jobs/thrown.js';
import type { Access, Executor } from './access.js';
import { type Installation, type SchemaUse, UnusableSchemaError, mustMigrate } from './installation.js';
import { claimFunction, settleFunction } from './pg-exchange.sql.js';
import { isCutOff, isDeadlock } from './unavailable.js';

/** Each step brings what is ours in the schema from the version before it to its own: a released step never changes. */
const MIGRATIONS: readonly ((names: Installation) => string)[] = [
  ({ schema, table }) => `
    CREATE TABLE ${schema}.eventflow_workers (
      id bigserial PRIMARY KEY,
      seen timestamptz NOT NULL,
      lease interval NOT NULL,
      working_since timestamptz NOT NULL,
      declared jsonb NOT NULL DEFAULT '[]'
    );
    CREATE TABLE ${schema}.eventflow_recurring (
      id text PRIMARY KEY,
      definition text NOT NULL,
      declared boolean NOT NULL,
      next_run_at float8,
      last_run_at float8,
      idle_since timestamptz
    );
    CREATE TABLE ${schema}.eventflow_paused (queue text PRIMARY KEY);
    CREATE INDEX eventflow_due ON ${table} (group_id, (-priority), start_after, id) WHERE state < 'active';
    CREATE INDEX eventflow_key ON ${table} (singleton_key, created_on) WHERE left(singleton_key, 1) = '=';
    CREATE INDEX eventflow_parked ON ${table} (id) WHERE output -> 'parked' IS NOT NULL;
    -- A table that is emptied and filled again and again must be looked after sooner than after a fifth of it.
    ALTER TABLE ${table} SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
  `,
  functions,
  ({ schema }) => `ALTER TABLE ${schema}.eventflow_workers ADD COLUMN about text`,
  // Once more: they stand what somebody has edited by hand.
  functions,
  // In the order of lists, so that few among a million are found without reading the million.
  ({ schema, table }) => `
    DROP INDEX ${schema}.eventflow_parked;
    CREATE INDEX eventflow_parked ON ${table} (created_on, id) WHERE output -> 'parked' IS NOT NULL;
    CREATE INDEX eventflow_failed ON ${table} (created_on, id) WHERE state = 'failed';
  `,
];

function functions(installation: Installation): string {
  return settleFunction(installation) + claimFunction(installation);
}

const LOCK_PATIENCE_MS = 1_000;
const LOCK_PAUSE_MS = 1_000;
const LOCK_TURNS = 20;

/** Any number: two apps that start together must not both migrate. */
const LOCK = 7_262_018;

/**
 * Our tables beside those of pg-boss, our indexes on the table of our queue, and our functions.
 *
 * @throws {UnusableSchemaError} where they are newer, or older with `migrate: false`; to read what an older release has
 * stored, nothing newer is needed.
 */
export async function installOwn(
  access: Access,
  installation: Installation,
  { schema, migrate, readsOnly }: SchemaUse,
): Promise<void> {
  const version = await ownVersion(access, installation);
  if (version > MIGRATIONS.length) {
    throw new UnusableSchemaError(
      `What eventflow-jobs keeps in schema ${schema} has version ${version}, and this release knows version ` +
        `${MIGRATIONS.length}: install the release that goes with it, or a newer one.`,
    );
  }
  if (version === MIGRATIONS.length || (readsOnly && version > 0)) return;
  if (migrate) return migrateOwn(access, installation);
  throw mustMigrate(
    schema,
    `has version ${version} of what eventflow-jobs keeps there, and version ${MIGRATIONS.length} is needed`,
  );
}

/** 0 where there is nothing yet. */
async function ownVersion(executor: Executor, { schema }: Installation): Promise<number> {
  const { rows } = await executor.executeSql('SELECT to_regclass($1) IS NOT NULL AS there', [
    `${schema}.eventflow_schema`,
  ]);
  if (!(rows as { there: boolean }[])[0]!.there) return 0;
  const found = await executor.executeSql(`SELECT version FROM ${schema}.eventflow_schema`);
  return (found.rows as { version: number }[])[0]?.version ?? 0;
}

/**
 * Whoever waits for a lock on the table lets nobody pass: it waits in short turns behind a transaction that is long. What an
 * app's own pg-boss does at the same time may wait for it in turn.
 */
async function migrateOwn(access: Access, installation: Installation): Promise<void> {
  const logger = new LineLogger('PgBossScheduler');
  for (let turn = 1; ; turn++) {
    try {
      return await migrateAtOnce(access, installation);
    } catch (error) {
      if (!isCutOff(error) && !isDeadlock(error)) throw error;
      const what = `What eventflow-jobs keeps in schema ${installation.schema} cannot be brought to version ${MIGRATIONS.length}`;
      if (turn === LOCK_TURNS) {
        throw new UnusableSchemaError(
          `${what}: another transaction has held its table, or another app has been at it, all the while (${messageOf(error)}). ` +
            'Let long transactions end, or migrate while no worker runs.',
          { cause: error },
        );
      }
      if (turn === 1) logger.warn(`${what} yet: another transaction holds its table. It is tried again.`);
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

async function migrateAtOnce(access: Access, installation: Installation): Promise<void> {
  const { schema } = installation;
  const transaction = await access.begin();
  try {
    await transaction.executeSql(`SET LOCAL lock_timeout = ${LOCK_PATIENCE_MS}`);
    await transaction.executeSql('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, schema]);
    await transaction.executeSql(
      `CREATE TABLE IF NOT EXISTS ${schema}.eventflow_schema (version int NOT NULL)`,
    );
    // Another app may have done it while this one waited.
    const version = await ownVersion(transaction, installation);
    for (const step of MIGRATIONS.slice(version)) await transaction.executeSql(step(installation));
    if (version < MIGRATIONS.length) {
      await transaction.executeSql(`DELETE FROM ${schema}.eventflow_schema`);
      await transaction.executeSql(`INSERT INTO ${schema}.eventflow_schema VALUES ($1)`, [MIGRATIONS.length]);
    }
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}
