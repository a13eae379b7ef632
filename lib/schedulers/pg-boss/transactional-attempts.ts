import { type Attempt, TRANSACTION_ENDED_BY_JOB } from '../../jobs/attempt.js';
import { DiscardJobError, WorkerStoppedError } from '../../jobs/jobs.errors.js';
import type { AttemptResult, Outcome } from '../../jobs/outcome.js';
import type { ClaimedEntry, Performed } from '../../worker/work-source.js';
import type { Access, OpenTransaction } from './access.js';
import { inJobTransaction } from './job-transaction.js';
import type { PgExchange } from './pg-exchange.js';
import { isAway, isCutOff } from './unavailable.js';

/** After a transaction could not be begun, in ms: the entry is claimed again at once. */
const PAUSE = 200;

/** Runs each attempt in a transaction of its own: what the job writes through it and the completion are one commit. */
export class TransactionalAttempts {
  constructor(
    private readonly access: Access,
    private readonly exchange: PgExchange,
  ) {}

  async perform(attempt: Attempt, run: () => Promise<AttemptResult>): Promise<Performed> {
    let transaction: OpenTransaction;
    try {
      transaction = await this.access.begin();
    } catch (cause) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      attempt.abort(new WorkerStoppedError('No transaction could be begun for the attempt.', { cause }));
      return { result: await run() };
    }
    let settled: Outcome | undefined;
    attempt.transaction = transaction.client;
    attempt.commit = async () => {
      settled = await this.commit(transaction, attempt);
    };
    const result = await inJobTransaction(transaction.client, run);
    if (settled?.type === 'succeeded') return { result, settled };
    await transaction.rollback();
    return { result };
  }

  /** @returns what was written down; where that is no success, nothing of the attempt is to remain. */
  private async commit(transaction: OpenTransaction, attempt: Attempt): Promise<Outcome | undefined> {
    const entry = attempt.entry as ClaimedEntry;
    try {
      const settled = await this.exchange.settle(transaction, entry);
      // To try again would only do once more what such a job has committed.
      if (settled === 'transaction ended') throw new DiscardJobError(TRANSACTION_ENDED_BY_JOB);
      if (settled?.type !== 'succeeded') return undefined;
      await transaction.commit();
      return settled;
    } catch (cause) {
      // What the job itself has written breaks a rule: it has failed, and its policy says what comes next.
      // So it is where it takes longer than the server allows: to try for ever would not make it shorter.
      if (!isAway(cause) || isCutOff(cause)) throw cause;
      // Nothing of the attempt is there, most likely, and so it does not count. If it is, the claim is settled too.
      const lost = new WorkerStoppedError('The transaction of the attempt could not be committed.', {
        cause,
      });
      attempt.abort(lost);
      throw lost;
    }
  }
}
