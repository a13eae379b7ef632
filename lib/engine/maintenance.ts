import { Logger } from '@nestjs/common';
import { messageOf } from '../jobs/thrown.js';
import type { StoredEntry } from '../scheduling/stored-entry.js';
import type { Knows } from './entry-store.js';
import { Lease } from './lease.js';
import type { Claims, SharedStore } from './shared-store.js';

/** Parked entries wait at most this long for a process that has come to know them, in ms. */
const RELEASE_MS = 2_000;
const PRUNE_MS = 10_000;
/** Whoever tries to reach the store again pauses up to a second between two tries, and shows that he lives in a round after that. */
const COMING_BACK_MS = 2_000;

interface Listeners {
  /** Something may be due now. */
  readonly onChange: () => void;
  /** This worker was taken for dead. */
  readonly onLost: () => Promise<void>;
  /** An entry ended with the worker that ran it. */
  readonly onEnded: (entry: StoredEntry) => void;
  readonly onClaims: (claims: Claims) => Promise<void>;
}

/** What a working process does every few moments: shows that it lives, and looks after what others left. */
export class Maintenance {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;
  private releasedAt = 0;
  private prunedAt = 0;
  private renewedAt = performance.now();
  private buriesFrom = 0;
  /** Why the last round was, if it was. */
  private leftOut: string | undefined;

  constructor(
    private readonly store: SharedStore,
    private readonly knows: Knows,
    /** In ms. */
    private readonly every: number,
    private readonly lease: Lease,
    private readonly listeners: Listeners,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.round(), this.every);
  }

  /** Now, unless one is under way: a round that lasts longer is not to be followed by all that it has held up. */
  round(): void {
    if (!this.isStopped) this.running ??= this.once().finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Gives back what dead workers left. */
  async bury(): Promise<void> {
    const { waiting, ended } = await this.store.bury();
    if (waiting > 0) this.logger.warn(`${waiting} entries of a worker that is gone wait again.`);
    for (const entry of ended) this.listeners.onEnded(entry);
    if (waiting > 0) this.listeners.onChange();
  }

  private async once(): Promise<void> {
    try {
      const sent = Lease.now();
      if (!(await this.store.renew())) {
        this.lease.lost();
        await this.listeners.onLost();
      }
      const wasOver = !this.lease.holds;
      this.lease.renewed(sent);
      this.renewed();
      if (wasOver) this.listeners.onChange();
      await this.listeners.onClaims(await this.store.claims());
      if (performance.now() >= this.buriesFrom) await this.bury();
      await this.store.sweepRecurring();
      await this.store.refreshRecurring();
      await this.release();
      await this.prune();
      // Whatever was missed, of a word that nobody sent or got.
      this.listeners.onChange();
      this.leftOut = undefined;
    } catch (error) {
      const reason = messageOf(error);
      // It comes again in every round, for as long as the reason lasts.
      if (reason !== this.leftOut) this.logger.warn(`A round of maintenance was left out: ${reason}`);
      this.leftOut = reason;
    }
  }

  /**
   * Whoever could not show for a while that he lives was not the only one, most likely: a network that is cut, or a server
   * that moves, silences all. The first one back gives the others a lease, and the time to come back.
   */
  private renewed(): void {
    const now = performance.now();
    if (now - this.renewedAt > this.lease.length / 2 + this.every)
      this.buriesFrom = now + this.lease.length + COMING_BACK_MS;
    this.renewedAt = now;
  }

  private async release(): Promise<void> {
    if (performance.now() - this.releasedAt < RELEASE_MS) return;
    this.releasedAt = performance.now();
    if ((await this.store.release(this.knows, ['unknown'])) > 0) this.listeners.onChange();
  }

  private async prune(): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_MS) return;
    this.prunedAt = performance.now();
    // Not for long: meanwhile nobody shows that this worker lives. What is left comes in the next round.
    const end = performance.now() + this.every / 2;
    let hasMore = true;
    while (hasMore && !this.isStopped && performance.now() < end) hasMore = await this.store.prune();
    if (hasMore) this.prunedAt = 0;
  }
}
