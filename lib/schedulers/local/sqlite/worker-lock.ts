import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isSqliteError } from './sqlite-errors.js';
import { loadSqlite } from './sqlite-connection.js';

/**
 * Tells within milliseconds that a process is gone: it holds an exclusive lock on a small file of its own, which the
 * kernel drops with the process. Only rollback-journal mode locks the whole file.
 */
export class WorkerLock {
  private constructor(
    private readonly file: string,
    private readonly database: DatabaseSync,
  ) {}

  static async hold(file: string): Promise<WorkerLock> {
    const { DatabaseSync } = await loadSqlite();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 1000; BEGIN EXCLUSIVE');
    return new WorkerLock(file, database);
  }

  /** Whether a living process holds it. A file that is not there is held by nobody. */
  static async isHeld(file: string): Promise<boolean> {
    const { DatabaseSync } = await loadSqlite();
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(file);
      database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; ROLLBACK');
      return false;
    } catch (error) {
      // Busy; or there are too many open files, say: where it cannot be told, the lease decides.
      if (isSqliteError(error)) return true;
      throw error;
    } finally {
      database?.close();
    }
  }

  static remove(file: string): void {
    rmSync(file, { force: true });
    rmSync(`${file}-journal`, { force: true });
  }

  release(): void {
    this.database.close();
    WorkerLock.remove(this.file);
  }
}
