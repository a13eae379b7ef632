// SQLite: the processes share a file.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hasSmallDisks, smallDisk } from '../support/small-disks.mjs';

/** What a fault may need. */
export const offers = ['transactionalWork', 'file', ...(hasSmallDisks ? ['small-disk'] : [])];

/** There is no clock but that of the machine, which all processes share. */
export const isOneClock = true;

/** In the processes that are made to suffer: who watches loads nothing of the library. What has ended is kept to be counted. */
export async function createScheduler({ file }, options) {
  const { sqliteScheduler } = await import('nestjs-eventflow-jobs/sqlite');
  return sqliteScheduler({ file, retention: { count: 1_000_000 }, ...options });
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
export async function openStore(folder, settings) {
  const disk = settings.smallDisk ? smallDisk(folder) : undefined;
  return new SqliteFile(join(disk?.folder ?? folder, 'jobs.db'), disk);
}

const STATES = ['scheduled', 'running', 'succeeded', 'failed', 'cancelled', 'parked'];

/** Reads the file by SQL and not by the library, which could be wrong twice in the same way. */
class SqliteFile {
  constructor(file, disk) {
    this.file = file;
    /** Where it has one of its own. */
    this.disk = disk;
    /** What `createScheduler` gets in each process. */
    this.connection = { file };
  }

  async entries() {
    const rows = this.#query('SELECT id, state FROM eventflow_jobs_entries');
    return rows.map(({ id, state }) => ({ id, state: STATES[state] }));
  }

  /** How many have not ended. */
  async remaining() {
    const [{ remaining }] = this.#query(
      'SELECT count(*) AS remaining FROM eventflow_jobs_entries WHERE state IN (0, 1, 5)',
    );
    return remaining;
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

  async close() {
    await this.disk?.close();
  }

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
