import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';

const current = new AsyncLocalStorage<unknown>();

/**
 * The transaction of the attempt that runs, with `transactionalWork`: for repositories and services that a job or a
 * command handler calls, and that have no `context`. Provide it where you inject it.
 *
 * @publicApi
 */
@Injectable()
export class JobTransaction {
  /**
   * What `context.transaction` is in the job: a `pg` client.
   *
   * @throws {EventFlowJobsError} outside of an attempt, or without `transactionalWork`.
   */
  get client(): unknown {
    const transaction = current.getStore();
    if (transaction !== undefined) return transaction;
    throw new EventFlowJobsError(
      'There is no transaction of a job here: JobTransaction holds one while an attempt runs, with ' +
        'pgBossScheduler({ transactionalWork: true }).',
    );
  }

  /** The same, or `undefined` where there is none. */
  get clientIfAny(): unknown {
    return current.getStore();
  }
}

export function inJobTransaction<T>(transaction: unknown, run: () => T): T {
  return current.run(transaction, run);
}
