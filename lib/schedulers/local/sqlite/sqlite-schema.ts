import type { DatabaseSync } from 'node:sqlite';
import { UnusableStoreError } from './sqlite-errors.js';

/** What a JavaScript number holds: anything else, edited in by hand, could not be read and would stop the worker. */
const SAFE = `BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;

/** Each step brings the schema from the version before it to its own: a step that was released never changes. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE eventflow_jobs_entries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version ${SAFE}),
    command_name TEXT,
    command_version INTEGER CHECK (command_version ${SAFE}),
    state INTEGER NOT NULL,
    run_at INTEGER NOT NULL CHECK (run_at ${SAFE}),
    scheduled_at INTEGER NOT NULL CHECK (scheduled_at ${SAFE}),
    started_at INTEGER CHECK (started_at ${SAFE}),
    finished_at INTEGER CHECK (finished_at ${SAFE}),
    key TEXT,
    held_key TEXT,
    queue TEXT NOT NULL,
    priority INTEGER NOT NULL CHECK (priority ${SAFE}),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt ${SAFE}),
    attempts INTEGER NOT NULL CHECK (attempts ${SAFE}),
    claim INTEGER NOT NULL DEFAULT 0 CHECK (claim ${SAFE}),
    owner INTEGER,
    cancel_requested INTEGER CHECK (cancel_requested ${SAFE}),
    progress TEXT,
    error TEXT,
    parked TEXT,
    metadata TEXT,
    policy TEXT,
    data TEXT NOT NULL -- last, since it is long: what only asks for the others does not read it
  ) STRICT;
  CREATE INDEX eventflow_jobs_waiting ON eventflow_jobs_entries (queue, priority, run_at, seq) WHERE state = 0;
  CREATE INDEX eventflow_jobs_running ON eventflow_jobs_entries (owner) WHERE owner IS NOT NULL;
  CREATE INDEX eventflow_jobs_parked ON eventflow_jobs_entries (seq) WHERE state = 5;
  CREATE INDEX eventflow_jobs_finished ON eventflow_jobs_entries (finished_at) WHERE finished_at IS NOT NULL;
  CREATE UNIQUE INDEX eventflow_jobs_held ON eventflow_jobs_entries (held_key) WHERE held_key IS NOT NULL;
  CREATE INDEX eventflow_jobs_keys ON eventflow_jobs_entries (key, seq) WHERE key IS NOT NULL;
  CREATE INDEX eventflow_jobs_stopping ON eventflow_jobs_entries (owner) WHERE cancel_requested IS NOT NULL;
  CREATE INDEX eventflow_jobs_states ON eventflow_jobs_entries (state, seq) WHERE state > 1;
  CREATE INDEX eventflow_jobs_names ON eventflow_jobs_entries (name, command_name, seq);
  CREATE TABLE eventflow_jobs_counts (state INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;
  INSERT INTO eventflow_jobs_counts VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0);
  CREATE TABLE eventflow_jobs_recurring (
    id TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    next_run_at INTEGER CHECK (next_run_at ${SAFE}),
    last_run_at INTEGER CHECK (last_run_at ${SAFE}),
    idle_since INTEGER
  ) STRICT;
  CREATE TABLE eventflow_jobs_workers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    working_since INTEGER NOT NULL,
    declared TEXT NOT NULL DEFAULT '[]'
  ) STRICT;
  CREATE TABLE eventflow_jobs_paused (queue TEXT PRIMARY KEY) STRICT;
  `,
  // Fewer pages to write for each entry that comes, begins and ends. No row is rewritten: the file may be large.
  `
  DROP INDEX eventflow_jobs_running;
  DROP INDEX eventflow_jobs_parked;
  DROP INDEX eventflow_jobs_stopping;
  DROP INDEX eventflow_jobs_states;
  DROP INDEX eventflow_jobs_names;
  CREATE INDEX eventflow_jobs_stopping ON eventflow_jobs_entries (cancel_requested) WHERE cancel_requested IS NOT NULL;
  CREATE INDEX eventflow_jobs_states ON eventflow_jobs_entries (state, seq) WHERE state > 2;
  CREATE INDEX eventflow_jobs_names ON eventflow_jobs_entries (coalesce(command_name, name), seq);
  ALTER TABLE eventflow_jobs_entries ADD COLUMN room BLOB;
  ALTER TABLE eventflow_jobs_workers ADD COLUMN held TEXT CHECK (json_type(held) = 'array');
  ALTER TABLE eventflow_jobs_workers ADD COLUMN tally TEXT CHECK (json_type(tally) = 'array');
  `,
  'ALTER TABLE eventflow_jobs_workers ADD COLUMN about TEXT;',
];
const META = 'eventflow_jobs_schema';
type SchemaAge = 'none yet' | 'older' | 'newest';
const NEWEST = MIGRATIONS.length;

/**
 * Changes nothing: not even the journal mode of somebody else's database.
 *
 * @param shared whether tables of somebody else's are to be expected in it.
 * @returns how old its schema is: somebody may be bringing an older one to the newest.
 * @throws {UnusableStoreError} where the file is somebody else's, or of a newer release.
 */
export function assertOurs(database: DatabaseSync, file: string, shared: boolean): SchemaAge {
  const version = versionOf(database, file, shared);
  if (version === 0) return 'none yet';
  return version < NEWEST ? 'older' : 'newest';
}

/** Brings the file to the newest schema, in one transaction; where it has that, no writer is waited for. */
export function migrate(database: DatabaseSync, file: string, shared: boolean): void {
  if (versionOf(database, file, shared) === NEWEST) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(database, file, shared);
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    if (version < NEWEST) {
      database.exec(
        `CREATE TABLE IF NOT EXISTS ${META} (version INTEGER NOT NULL) STRICT; DELETE FROM ${META};`,
      );
      database.prepare(`INSERT INTO ${META} VALUES (?)`).run(NEWEST);
    }
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync, file: string, shared: boolean): number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as {
    name: string;
  }[];
  if (!tables.some(({ name }) => name === META)) {
    if (tables.length === 0 || shared) return 0;
    throw new UnusableStoreError(
      `${file} is a database of somebody else's: give the scheduler a file of its own, or pass the open database as ` +
        '`{ database }` to keep entries beside its other tables.',
    );
  }
  const { version } = database.prepare(`SELECT version FROM ${META}`).get() as { version: number };
  if (version <= NEWEST) return version;
  throw new UnusableStoreError(
    `${file} has schema version ${version}, and this release knows version ${NEWEST}: install the release that wrote ` +
      'it, or a newer one.',
  );
}
