import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import { UnusableStoreError, isBusy, isNoDatabase, isNotToBeOpened } from './sqlite-errors.js';
import { migrate } from './sqlite-schema.js';

type Sqlite = typeof import('node:sqlite');

/** The longest that a statement may block the event loop while another process writes, in ms; then it is asked again. */
const BUSY_TIMEOUT = 5;
/** An attempt to open meets other processes that open at the same moment. */
const OPEN_TRIES = 200;

export interface OpenFile {
  readonly database: DatabaseSync;
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
  { shared, synchronous }: { shared: boolean; synchronous: 'FULL' | 'NORMAL' },
): Promise<OpenFile> {
  const sqlite = await loadSqlite();
  const file = resolve(path);
  if (!shared) mkdirSync(dirname(file), { recursive: true });
  const database = await connect(sqlite, file, (one) => {
    // Takes effect only before the first table is there.
    one.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;');
    one.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA temp_store = MEMORY;`);
    migrate(one, file, shared);
  });
  const opened = statSync(file);
  return {
    database,
    file,
    isGone: () => {
      const now = statSync(file, { throwIfNoEntry: false });
      return now === undefined || now.ino !== opened.ino || now.dev !== opened.dev;
    },
  };
}

/** A second connection to a file that is open already. */
export async function openAgain(file: string, synchronous: 'FULL' | 'NORMAL'): Promise<DatabaseSync> {
  return connect(await loadSqlite(), file, (one) => one.exec(`PRAGMA synchronous = ${synchronous};`));
}

/** The file behind a handle of the app's. */
export function fileOf(database: DatabaseSync): string {
  const main = (database.prepare('PRAGMA database_list').all() as { name: string; file: string }[]).find(
    ({ name }) => name === 'main',
  );
  if (main?.file) return main.file;
  throw new UnusableStoreError(
    'The database is in memory only: open it on a file, or use inProcessScheduler().',
  );
}

async function connect(
  sqlite: Sqlite,
  file: string,
  setUp: (database: DatabaseSync) => void,
): Promise<DatabaseSync> {
  for (let tries = 1; ; tries++) {
    let database: DatabaseSync | undefined;
    try {
      database = new sqlite.DatabaseSync(file);
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      setUp(database);
      return database;
    } catch (error) {
      database?.close();
      if (!isBusy(error)) throw explain(error, file);
      if (tries === OPEN_TRIES) {
        throw new SchedulerUnavailableError(`${file} is locked by another process, and stays so.`, {
          cause: error,
        });
      }
      await new Promise((again) => setTimeout(again, 5 + Math.random() * 10));
    }
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
