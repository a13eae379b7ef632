import type { DatabaseSync } from 'node:sqlite';
import type { JobScheduler } from 'nestjs-eventflow-jobs';
import { UnitOfWork } from '../unit-of-work.js';

/**
 * One runs at a time, because the app has one handle, and a handle has one transaction: whatever another one wrote
 * meanwhile would fall into it. A handle for each would not do, since SQLite lets one write at a time: to wait for the
 * other would block the event loop, which the other needs to come to its end.
 */
export class SqliteUnitOfWork extends UnitOfWork {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: DatabaseSync,
    private readonly scheduler: JobScheduler,
  ) {
    super();
  }

  run<T>(work: (transaction?: unknown) => Promise<T>): Promise<T> {
    const done = this.last.then(() => this.transact(work));
    this.last = done.catch(() => {}); // whoever called is told
    return done;
  }

  private async transact<T>(work: (transaction?: unknown) => Promise<T>): Promise<T> {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = await work(this.scheduler.capabilities.has('transaction') ? this.database : undefined);
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk, for one, has ended the transaction already. Node.js 22.13 cannot tell.
      if (this.database.isTransaction ?? true) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}
