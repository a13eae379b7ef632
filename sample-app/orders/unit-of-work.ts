import { DatabaseSync } from 'node:sqlite';
import { Injectable } from '@nestjs/common';
import { JobScheduler } from 'nestjs-eventflow-jobs';

/**
 * Changes to orders, and what is scheduled with them: all of it or nothing.
 *
 * One runs at a time, because the app has one handle, and a handle has one transaction: whatever another one wrote
 * meanwhile would fall into it. A handle for each would not do, since SQLite lets one write at a time: to wait for the
 * other would block the event loop, which the other needs to come to its end.
 */
@Injectable()
export class UnitOfWork {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: DatabaseSync,
    private readonly scheduler: JobScheduler,
  ) {}

  /**
   * Not to be called within another: it would wait for it for ever.
   *
   * @param work gets the transaction to schedule in. There is none where the scheduler keeps its entries elsewhere:
   * what `work` then schedules stands, even if the orders cannot be saved.
   */
  run<T>(work: (transaction?: DatabaseSync) => Promise<T>): Promise<T> {
    const done = this.last.then(() => this.transact(work));
    this.last = done.catch(() => {}); // whoever called is told
    return done;
  }

  private async transact<T>(work: (transaction?: DatabaseSync) => Promise<T>): Promise<T> {
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
