import type { RecurringChange } from '../../engine/entry-store.js';
import type { StoredRecurring } from '../../scheduling/recurring.js';
import type { NewEntry } from '../../scheduling/stored-entry.js';
import type { Executor } from './access.js';
import type { PgCalls } from './pg-calls.js';
import type { PgRecurring } from './pg-recurring.js';
import type { PgWorkers } from './pg-workers.js';

/** What changes recurring jobs: a transaction each, of which the other processes are told. */
export class RecurringChanges {
  constructor(
    private readonly calls: PgCalls,
    private readonly recurring: PgRecurring,
    private readonly workers: PgWorkers,
    private readonly channel: string,
  ) {}

  update(id: string, change: RecurringChange, declares = false): Promise<void> {
    return this.tell(async (transaction) => {
      const changed = change(await this.recurring.find(transaction, id));
      if (!changed) return;
      await this.recurring.put(transaction, changed);
      // At once: a declaration that no worker makes would be set aside before all of them are told.
      if (declares) await this.workers.declareToo(transaction, id);
    });
  }

  retainDeclared(ids: readonly string[]): Promise<void> {
    return this.tell((transaction) => this.workers.declare(transaction, ids));
  }

  delete(id: string): Promise<boolean> {
    return this.tell((transaction) => this.recurring.delete(transaction, id));
  }

  /** Nobody is told: whoever looks at the same tick finds that it is done. */
  async tick(before: StoredRecurring, after: StoredRecurring, entry: NewEntry | undefined): Promise<boolean> {
    const done = await this.calls.inTransaction((transaction) =>
      this.recurring.tick(transaction, before, after, entry),
    );
    await this.calls.do((executor) => this.recurring.refresh(executor));
    return done;
  }

  private async tell<T>(run: (transaction: Executor) => Promise<T>): Promise<T> {
    const result = await this.calls.inTransaction(async (transaction) => {
      const changed = await run(transaction);
      await transaction.executeSql('SELECT pg_notify($1, $2)', [this.channel, 'recurring']);
      return changed;
    });
    await this.calls.do((executor) => this.recurring.refresh(executor));
    return result;
  }
}
