import type { Access } from './access.js';
import { type Installation, UnusableSchemaError } from './installation.js';

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
];

/** Any number: two apps that start together must not both migrate. */
const LOCK = 7_262_018;

/** Our tables beside those of pg-boss, and our indexes on the table of our queue. */
export async function installOwn(access: Access, installation: Installation): Promise<void> {
  const { schema } = installation;
  const transaction = await access.begin();
  try {
    await transaction.executeSql('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, schema]);
    await transaction.executeSql(
      `CREATE TABLE IF NOT EXISTS ${schema}.eventflow_schema (version int NOT NULL)`,
    );
    const { rows } = await transaction.executeSql(`SELECT version FROM ${schema}.eventflow_schema`);
    const version = (rows as { version: number }[])[0]?.version ?? 0;
    if (version > MIGRATIONS.length) {
      throw new UnusableSchemaError(
        `What eventflow-jobs keeps in schema ${schema} has version ${version}, and this release knows version ` +
          `${MIGRATIONS.length}: install the release that goes with it, or a newer one.`,
      );
    }
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
