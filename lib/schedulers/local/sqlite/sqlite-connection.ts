import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import { UnusableStoreError, isBusy, isDamaged, isNoDatabase, isNotToBeOpened } from './sqlite-errors.js';
import { assertOurs, migrate } from './sqlite-schema.js';
import { SqliteStatements } from './sqlite-statements.js';

type Sqlite = typeof import('node:sqlite');

/** The longest that a statement may block the event loop while another process writes, in ms; then it is asked again. */
const BUSY_TIMEOUT = 5;
/** An attempt to open meets other processes that open at the same moment. */
const OPEN_TRIES = 200;
/**
 * In pages: where a log as long as this could not be copied into the file beside the event loop, since a reader held it
 * back, SQLite tries within each commit.
 */
const LONGEST_LOG = 20_000;
/** While another process may be making the indexes of a newer schema, for a million entries. */
const MIGRATION_TRIES = 6_000;

export interface OpenFile {
  readonly database: DatabaseSync;
  /** Without symbolic links: what lies beside it is found by every process, whatever path it was given. */
  readonly file: string;
  /** Whether the file at that path is no longer the one that was opened. */
  readonly isGone: () => boolean;
}

/** @throws {UnusableStoreError} where this Node has no SQLite. */
export async function loadSqlite(): Promise<Sqlite> {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new UnusableStoreError(
      `This Node.js, ${process.version}, has no node:sqlite: use Node.js 22.13 or newer, or another scheduler.`,
      { cause },
    );
  }
}

/** Opens a connection of our own; the app's handle is its own, and a transaction of ours must not mix with its. */
export async function openFile(
  path: string,
  { shared, readsOnly = false }: { shared: boolean; readsOnly?: boolean },
): Promise<OpenFile> {
  const sqlite = await loadSqlite();
  const file = absolute(path);
  if (readsOnly) assertExists(file);
  else if (!shared) makeFolder(dirname(file));
  let isOlder = false;
  const setUp = (one: DatabaseSync) => {
    const age = assertOurs(one, file, shared);
    isOlder = age === 'older';
    if (readsOnly) return;
    // Takes effect only before the first table is there, and waits for whoever writes.
    if (age === 'none yet') one.exec('PRAGMA auto_vacuum = INCREMENTAL');
    one.exec('PRAGMA journal_mode = WAL');
    // Which order SQLite keeps of itself: that a commit is on the disk is DiskSync's part.
    one.exec('PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;');
    one.exec(`PRAGMA wal_autocheckpoint = ${LONGEST_LOG}`);
    migrate(one, file, shared);
  };
  const mostTries = () => (isOlder ? MIGRATION_TRIES : OPEN_TRIES);
  const database = await connect(sqlite, file, setUp, mostTries, readsOnly);
  const opened = statSync(file);
  return {
    database,
    file: realpathSync(file),
    isGone: () => {
      const now = statSync(file, { throwIfNoEntry: false });
      return now === undefined || now.ino !== opened.ino || now.dev !== opened.dev;
    },
  };
}

/** A second connection to a file that is open already. */
export async function openAgain(file: string, synchronous: 'FULL' | 'NORMAL'): Promise<DatabaseSync> {
  return connect(await loadSqlite(), file, (one) =>
    one.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${LONGEST_LOG};`),
  );
}

/** The file behind a handle of the app's; `undefined` where it has none. */
export function fileOf(database: DatabaseSync): string | undefined {
  const main = new SqliteStatements(database)
    .all<{ name: string; file: string }>('PRAGMA database_list')
    .find(({ name }) => name === 'main');
  return main?.file || undefined;
}

function absolute(path: unknown): string {
  if (typeof path === 'string' && path !== '' && !/^(:memory:$|file:)/.test(path)) return resolve(path);
  throw new UnusableStoreError(
    "The file of sqliteScheduler() must be a path, such as './data/jobs.db'; without a file, use inProcessScheduler().",
  );
}

function assertExists(file: string): void {
  if (existsSync(file)) return;
  throw new UnusableStoreError(
    `${file} is not there: nothing was scheduled yet, or the app that runs has another path.`,
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new UnusableStoreError(`The folder ${folder} cannot be made: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

async function connect(
  sqlite: Sqlite,
  file: string,
  setUp: (database: DatabaseSync) => void,
  mostTries = () => OPEN_TRIES,
  readOnly = false,
): Promise<DatabaseSync> {
  for (let tries = 1; ; tries++) {
    let database: DatabaseSync | undefined;
    try {
      assertDatabase(sqlite, file);
      database = new sqlite.DatabaseSync(file, { readOnly });
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      setUp(database);
      return database;
    } catch (error) {
      database?.close();
      if (!isBusy(error)) throw explain(error, file);
      if (tries >= mostTries()) {
        throw new SchedulerUnavailableError(`${file} is locked by another process, and stays so.`, {
          cause: error,
        });
      }
      await new Promise((again) => setTimeout(again, 5 + Math.random() * 10));
    }
  }
}

/**
 * To open what was overwritten copies into it what is left of its log: that may even look whole. The look takes no lock and
 * opens no log. Before Node.js 22.15 there is none, since SQLite is given paths only.
 */
function assertDatabase({ DatabaseSync }: Sqlite, file: string): void {
  let asItIs: DatabaseSync | undefined;
  try {
    asItIs = new DatabaseSync(`${pathToFileURL(file).href}?immutable=1`, { readOnly: true });
    asItIs.exec('PRAGMA schema_version');
  } catch (error) {
    if (isNoDatabase(error)) throw error;
  } finally {
    asItIs?.close();
  }
}

function explain(error: unknown, file: string): unknown {
  if (isNoDatabase(error)) {
    return new UnusableStoreError(
      `${file} is no SQLite database, and was left as it is: give another file.`,
      {
        cause: error,
      },
    );
  }
  if (isDamaged(error)) {
    return new UnusableStoreError(
      `${file} is damaged, or was cut off: put a backup in its place, or move it away to begin anew.`,
      { cause: error },
    );
  }
  if (isNotToBeOpened(error)) {
    return new UnusableStoreError(
      `${file} cannot be opened: is it a folder, or may this process not write there?`,
      {
        cause: error,
      },
    );
  }
  return error;
}
