// SQLite: the processes share a file.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';

/** What a fault may need. */
export const offers = ['transactionalWork'];

/** In the processes that are made to suffer. */
export function createScheduler({ file }, options) {
  return sqliteScheduler({ file, ...options });
}

/**
 * In the attempt's own transaction. The table is made there too: the scheduler would refuse a file that has tables of
 * somebody else's before its own. It does not keep a second row out, since to find one is what it is for.
 */
export function writeEffect(transaction, entry) {
  transaction.exec('CREATE TABLE IF NOT EXISTS chaos_effects (entry TEXT NOT NULL)');
  transaction.prepare('INSERT INTO chaos_effects VALUES (?)').run(entry);
}

/** In the process that watches: a store for one round. */
export async function openStore(folder) {
  return new SqliteFile(join(folder, 'jobs.db'));
}

const STATES = ['scheduled', 'running', 'succeeded', 'failed', 'cancelled', 'parked'];

/** Reads the file by SQL and not by the library, which could be wrong twice in the same way. */
class SqliteFile {
  constructor(file) {
    this.file = file;
    /** What `createScheduler` gets in each process. */
    this.connection = { file };
  }

  async entries() {
    const rows = this.#query('SELECT id, state FROM eventflow_jobs_entries');
    return rows.map(({ id, state }) => ({ id, state: STATES[state] }));
  }

  /** The entry of each effect that is there. */
  async effects() {
    return this.#query('SELECT entry FROM chaos_effects').map(({ entry }) => entry);
  }

  /** What is wrong with the store itself. */
  async damages() {
    return this.#query('PRAGMA integrity_check')
      .map((row) => row.integrity_check)
      .filter((text) => text !== 'ok');
  }

  async close() {}

  #query(sql) {
    const database = new DatabaseSync(this.file);
    try {
      database.exec('PRAGMA busy_timeout = 10000');
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }
}
