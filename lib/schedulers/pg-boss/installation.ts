import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import type { Executor } from './access.js';
import type { PgBoss } from './drivers.js';
import { assertPostgres } from './server-kind.js';

/** The queue of pg-boss that holds every entry: a key is unique across ours, which are a column of it. */
const QUEUE = 'eventflow-jobs';
/** The schema of pg-boss 12.38, whose table our statements know. */
const KNOWN_SCHEMA = 46;
/** The most that pg-boss takes, in seconds: 68 years. What is kept is ours to say. */
export const FOREVER = 2_147_483_647;

/** The schema in the database and what is installed do not fit. */
export class UnusableSchemaError extends EventFlowJobsError {}

export interface SchemaUse {
  readonly schema: string;
  readonly migrate: boolean;
  /** For tools that look before a deploy: nothing is made or changed. */
  readonly readsOnly?: boolean;
}

/** Where entries lie. */
export interface Installation {
  /** Quoted, to stand in SQL. */
  readonly schema: string;
  /** With its schema, quoted. */
  readonly table: string;
  readonly queue: string;
}

/**
 * pg-boss makes or migrates its schema, and a queue of ours in it: a table of its own, so that plans do not depend on
 * what else lies there. With `migrate: false` it only looks whether all that is there.
 *
 * @throws {UnusableSchemaError} where the schema is newer, or older with `migrate: false`.
 */
export async function install(
  boss: PgBoss,
  access: Executor,
  { schema, migrate, isStarted }: { schema: string; migrate: boolean; isStarted: boolean },
): Promise<Installation> {
  const quoted = quote(schema);
  const stored = await storedVersion(access, quoted).catch((error: unknown) => {
    throw isStarted ? notStartedOr(error) : error;
  });
  if (isStarted && stored === undefined) throw otherSchema(schema);
  assertFits(schema, stored, migrate);
  await assertPostgres(access);
  if (!isStarted) await boss.start();
  if (migrate) {
    await boss.createQueue(QUEUE, {
      policy: 'short',
      partition: true,
      notify: false,
      retentionSeconds: FOREVER,
      warningQueueSize: FOREVER,
    });
    if (isStarted) await assertSameSchema(access, schema, quoted);
  }
  const queue = await boss.getQueue(QUEUE);
  if (!queue) throw mustMigrate(schema, `has no queue '${QUEUE}'`);
  if (queue.policy !== 'short' || !queue.partition) {
    throw new UnusableSchemaError(
      `The queue '${QUEUE}' in schema ${schema} was made by somebody else, with other settings: delete it, or give the ` +
        'scheduler another `schema`.',
    );
  }
  return { schema: quoted, table: `${quoted}.${quote(queue.table)}`, queue: QUEUE };
}

function assertFits(schema: string, stored: number | undefined, migrate: boolean): void {
  if (stored !== undefined && stored > KNOWN_SCHEMA) {
    throw new UnusableSchemaError(
      `Schema ${schema} has version ${stored} of pg-boss, and this release knows version ${KNOWN_SCHEMA}: install the ` +
        'release that goes with it, or a newer one.',
    );
  }
  if (migrate || stored === KNOWN_SCHEMA) return;
  const found = stored === undefined ? 'is not installed' : `has version ${stored} of pg-boss`;
  throw mustMigrate(schema, `${found}, and version ${KNOWN_SCHEMA} is needed`);
}

/** With `migrate: false`, or where the account may not. */
export function mustMigrate(schema: string, found: string, cause?: unknown): UnusableSchemaError {
  return new UnusableSchemaError(
    `Schema ${schema} ${found}: run \`npx eventflow-jobs-pg-boss migrate --schema ${schema}\` by an account that may ` +
      'create tables there, or start with such an account and without `migrate: false`.',
    { cause },
  );
}

async function storedVersion(access: Executor, schema: string): Promise<number | undefined> {
  const { rows } = await access.executeSql('SELECT to_regclass($1) IS NOT NULL AS there', [
    `${schema}.version`,
  ]);
  if (!(rows as { there: boolean }[])[0]!.there) return undefined;
  const found = await access.executeSql(`SELECT version FROM ${schema}.version`);
  return (found.rows as { version: number }[])[0]?.version;
}

/** What pg-boss says when it is asked too early helps nobody who does not know that we asked it. */
function notStartedOr(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes('Call start()')) return error;
  return new EventFlowJobsError(
    'The PgBoss given to pgBossScheduler() is not started: `await boss.start()` before the app starts, such as in the ' +
      'factory of its provider or in onModuleInit(). It stays yours to stop.',
    { cause: error },
  );
}

/** It does not say which schema it has; where our queue came to lie, it does. */
async function assertSameSchema(access: Executor, schema: string, quoted: string): Promise<void> {
  const { rows } = await access.executeSql(`SELECT 1 FROM ${quoted}.queue WHERE name = $1`, [QUEUE]);
  if (rows.length === 0) throw otherSchema(schema);
}

function otherSchema(schema: string): UnusableSchemaError {
  return new UnusableSchemaError(
    `The PgBoss given to pgBossScheduler() has another schema than ${schema}: name it in \`schema\` as well.`,
  );
}

/** A name as pg-boss takes it: quoted already, or to be folded to lower case. */
export function quote(name: string): string {
  return name.startsWith('"') ? name : `"${name.toLowerCase()}"`;
}
