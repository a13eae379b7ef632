import { Logger } from '@nestjs/common';
import type { Knows } from '../../engine/entry-store.js';
import { messageOf } from '../../jobs/outcome.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import type { Executor } from './access.js';
import type { Installation } from './installation.js';
import type { PgBossStore } from './pg-boss.store.js';
import type { Claims } from './pg-workers.js';

/** Parked entries wait for at most this many rounds for a process that has come to know them. */
const RELEASE_MS = 2_000;
const PRUNE_MS = 10_000;
const PRUNED_AT_ONCE = 1_000;

/** What a working process does every second or so: shows that it lives, and looks after what others left. */
export class PgMaintenance {
  private readonly logger = new Logger('PgBossScheduler');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private releasedAt = 0;
  private prunedAt = 0;
  private renewedAt = performance.now();
  private buriesFrom = 0;

  constructor(
    private readonly store: PgBossStore,
    private readonly installation: Installation,
    private readonly knows: Knows,
    /** In ms. */
    private readonly every: number,
    /** In ms. */
    private readonly lease: number,
    private readonly listeners: {
      /** Something may be due now. */
      readonly onChange: () => void;
      /** This worker was taken for dead. */
      readonly onLost: () => Promise<void>;
      /** An entry ended with the worker that ran it. */
      readonly onEnded: (entry: StoredEntry) => void;
      readonly onClaims: (claims: Claims) => Promise<void>;
    },
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.once());
    }, this.every);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Gives back what dead workers left. */
  async bury(): Promise<void> {
    const { waiting, ended } = await this.store.calls.inTransaction((transaction) =>
      this.store.workers.bury(transaction),
    );
    if (waiting > 0) this.logger.warn(`${waiting} entries of a worker that is gone wait again.`);
    for (const entry of ended) this.listeners.onEnded(entry);
    if (waiting > 0) this.listeners.onChange();
  }

  private async once(): Promise<void> {
    try {
      if (!(await this.store.calls.do((executor) => this.store.workers.renew(executor))))
        await this.listeners.onLost();
      this.renewed();
      await this.listeners.onClaims(
        await this.store.calls.do((executor) => this.store.workers.claims(executor)),
      );
      if (performance.now() >= this.buriesFrom) await this.bury();
      await this.store.calls.do((executor) => this.store.recurringJobs.sweep(executor));
      await this.store.calls.do((executor) => this.store.recurringJobs.refresh(executor));
      await this.release();
      await this.prune();
      // Whatever was missed, of a word that nobody sent or got.
      this.listeners.onChange();
    } catch (error) {
      this.logger.warn(`A round of maintenance was left out: ${messageOf(error)}`);
    }
  }

  /**
   * Whoever could not show for a while that he lives was not the only one, most likely: a network that is cut, or a server
   * that moves, silences all. The first one back gives the others a lease to come back in.
   */
  private renewed(): void {
    const now = performance.now();
    if (now - this.renewedAt > this.lease / 2 + this.every) this.buriesFrom = now + this.lease;
    this.renewedAt = now;
  }

  private async release(): Promise<void> {
    if (performance.now() - this.releasedAt < RELEASE_MS) return;
    this.releasedAt = performance.now();
    if ((await this.store.release(this.knows, ['unknown'])) > 0) this.listeners.onChange();
  }

  /** In small steps, from the oldest on. pg-boss's own round would count all that lies there first. */
  private async prune(): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_MS) return;
    this.prunedAt = performance.now();
    for (;;) {
      const pruned = await this.store.calls.inTransaction((transaction) => this.pruneSome(transaction));
      if (pruned < PRUNED_AT_ONCE) return;
    }
  }

  private async pruneSome(transaction: Executor): Promise<number> {
    const { table, queue } = this.installation;
    const { rows } = await transaction.executeSql(
      `DELETE FROM ${table} WHERE name = '${queue}' AND id IN (
        SELECT id FROM (
          SELECT id, completed_on, deletion_seconds FROM ${table}
          WHERE name = '${queue}' AND completed_on IS NOT NULL
          ORDER BY completed_on LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED
        ) oldest WHERE completed_on < clock_timestamp() - deletion_seconds * interval '1 s'
      ) RETURNING 1`,
    );
    return rows.length;
  }
}
