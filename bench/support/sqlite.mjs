import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CommandBus } from '@nestjs/cqrs';
import { defineQueue, defineWorker } from 'plainjob';
import { SendReminder } from './app.mjs';

/** Gives a new file's path, and takes away what was written there. */
export async function withFile(run) {
  const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-bench-'));
  try {
    return await run(join(folder, 'jobs.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A table as one would make it by hand, with the index that a look for due rows needs. */
export function openByHand(file) {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      state INTEGER NOT NULL DEFAULT 0,
      run_at INTEGER NOT NULL,
      data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX jobs_due ON jobs (state, run_at);
  `);
  return database;
}

/**
 * plainjob on Node's own SQLite, by the same few methods that it asks of better-sqlite3. It sets `synchronous` NORMAL by
 * itself; here it gets FULL, as we have it.
 */
export function openPlainjob(file) {
  const database = new DatabaseSync(file);
  const transaction = (run) => {
    const immediate = (...args) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = run(...args);
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    };
    return Object.assign((...args) => immediate(...args), { immediate });
  };
  const connection = {
    driver: 'better-sqlite3',
    filename: file,
    pragma: (text) => database.exec(`PRAGMA ${text}`),
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    transaction,
    close: () => database.close(),
  };
  const queue = defineQueue({ connection, logger: SILENT });
  database.exec('PRAGMA synchronous = FULL');
  return queue;
}

const nothing = () => {};
export const SILENT = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/**
 * Starts as many workers of plainjob, each of which gives a fresh command to the app's bus.
 *
 * @returns {() => Promise<void>} stops them
 */
export function startPlainjobWorkers(queue, app, count) {
  const bus = app.get(CommandBus);
  const handle = ({ data }) =>
    bus.execute(Object.assign(Object.create(SendReminder.prototype), JSON.parse(data)));
  const workers = Array.from({ length: count }, () =>
    defineWorker('SendReminder', handle, { queue, logger: SILENT, pollIntervall: 10 }),
  );
  const ended = workers.map((worker) => worker.start());
  return async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await Promise.all(ended);
  };
}
