import type { StoredEntry } from '../scheduling/stored-entry.js';

/** Why an attempt has failed whose job says COMMIT or ROLLBACK on `context.transaction`. */
export const TRANSACTION_ENDED_BY_JOB =
  'The job has ended the transaction of `context.transaction`, by COMMIT or ROLLBACK: leave that to the scheduler, which ' +
  'commits what the job wrote with its completion. Savepoints are free. It is not tried again.';

/**
 * One execution of an entry, and the way to stop it.
 *
 * @publicApi
 */
export class Attempt {
  private controller: AbortController | undefined;
  private reason: Error | undefined;
  private listener: ((reason: Error) => void) | undefined;

  constructor(
    readonly entry: StoredEntry,
    readonly onProgress: (fraction: number, note?: string) => void = () => {},
  ) {}

  /** The store's open transaction, for `context.transaction`; set before it runs. */
  transaction?: unknown;

  /** Set with the transaction: commits it once the job has succeeded. What it throws is the attempt's own failure. */
  commit?: () => Promise<void>;

  /** Asked once more just before the job is called: `false` where others may have the entry by now, and it goes back. */
  mayBegin?: () => boolean;

  /** Whether it will be aborted by itself, some time. */
  hasTimeout = false;

  /** Why it is to end, where it is. */
  get abortedBy(): Error | undefined {
    return this.reason;
  }

  /** Made when it is first asked for: most jobs never do. */
  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.reason) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  /** Ends the attempt, whether its code listens to the signal or not. Only the first reason counts. */
  abort(reason: Error): void {
    if (this.reason) return;
    this.reason = reason;
    this.controller?.abort(reason);
    this.listener?.(reason);
  }

  /** Calls back when the attempt is aborted, at once if it was already. */
  onAbort(listener: (reason: Error) => void): void {
    this.listener = listener;
    if (this.reason) listener(this.reason);
  }
}
