import type { Attempt } from '../jobs/attempt.js';
import type { AttemptResult, Outcome } from '../jobs/outcome.js';
import type { StoredEntry } from '../scheduling/stored-entry.js';

export type MaybePromise<T> = T | Promise<T>;

/** An entry that this worker has claimed; whatever it writes about it later must show the same claim. */
export interface ClaimedEntry extends StoredEntry {
  readonly claim: number;
}

/** An attempt that has ended, to be written down. */
export interface Settlement {
  readonly claim: number;
  readonly result: AttemptResult;
}

/** How many entries the worker can take now. */
export interface Demand {
  /** Of all queues without slots of their own. */
  readonly shared: number;
  /** Of each queue with slots of its own. */
  readonly own: ReadonlyMap<string, number>;
  /** The most of a queue that shares, where a rate limit leaves less than it could have. */
  readonly most: ReadonlyMap<string, number>;
}

export interface Exchange {
  /** What became of each settlement: what the store wrote down, or `undefined` where the claim was lost. */
  readonly settled: readonly (Outcome | undefined)[];
  readonly claimed: readonly ClaimedEntry[];
  /** Entries of which this process knows no class, parked instead of claimed. */
  readonly parked: readonly StoredEntry[];
  /** When the next entry is due that is not due yet. */
  readonly nextAt?: number;
}

/** Where a worker gets its entries from and reports back to: both in one step, so that a store can make it one write. */
export interface WorkSource {
  exchange(settlements: readonly Settlement[], demand: Demand): MaybePromise<Exchange>;
  /**
   * Whether attempts can run while an answer is on its way, from a server say. The worker then fills its slots in halves:
   * one runs while the other is claimed.
   */
  readonly answersMeanwhile?: boolean;
  /** Of the data of all that is settled in one exchange, where more would block the event loop. */
  readonly mostBytes?: number;
  /**
   * Whether what this worker has asked for since then, by `performance.now()`, is still its own, as far as it can know
   * without asking. While it is not, nothing is begun: of an answer that was long on its way, or found the process frozen,
   * others may have the entries by now, and that the worker has come back since does not change it.
   */
  readonly holdsLease: (since: number) => boolean;
  /**
   * Where an exchange is answered before that: resolves once what has been written by now survives a power cut, `undefined`
   * where it does. Nobody is told before that an entry has ended, and nobody at all where it rejects: the next exchange says why.
   */
  onDisk?(): Promise<void> | undefined;
  progress(entry: ClaimedEntry, fraction: number, note?: string): void;
  /**
   * Runs an attempt in a transaction of the store, where the store does that. `settled` is what it has written down
   * already, in the same transaction.
   */
  perform?: (attempt: Attempt, run: () => Promise<AttemptResult>) => Promise<Performed>;
}

export interface Performed {
  readonly result: AttemptResult;
  readonly settled?: Outcome;
}
