import { Logger } from '@nestjs/common';
import type { StoreEngine } from '../../engine/store-engine.js';
import { JobCancelledError, WorkerStoppedError } from '../../jobs/jobs.errors.js';
import { messageOf } from '../../jobs/outcome.js';
import type { SchedulerCore } from '../../scheduling/scheduler-core.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import type { Installation } from './installation.js';
import type { PgBossStore } from './pg-boss.store.js';
import { PgMaintenance } from './pg-maintenance.js';
import { type Claims, WORKER_LOST } from './pg-workers.js';

/** A worker shows that it lives so many times within its lease. */
const SIGNS_OF_LIFE = 3;
const LONGEST_ROUND = 2_000;
/** After a call has been given up, its answer is not on its way any more, in ms. */
const ANSWER_IS_LOST = 1_000;

/** The place of this process among the workers, and what it learns there: who is gone, and what the store says runs here. */
export class WorkerPresence {
  private readonly logger = new Logger('PgBossScheduler');
  private readonly maintenance: PgMaintenance;

  constructor(
    private readonly store: PgBossStore,
    installation: Installation,
    private readonly engine: StoreEngine,
    private readonly core: SchedulerCore,
    /** In ms. */
    lease: number,
  ) {
    this.maintenance = new PgMaintenance(
      store,
      installation,
      core.knows,
      Math.min(lease / SIGNS_OF_LIFE, LONGEST_ROUND),
      lease,
      {
        onChange: () => this.engine.wake(),
        onLost: () => this.rejoin(),
        onEnded: (entry) => this.tellOfEnd(entry),
        onClaims: (claims) => this.compare(claims),
      },
    );
  }

  /** Before the first claim: what dead workers left is to be had at once. */
  async take(): Promise<void> {
    await this.store.calls.do((executor) => this.store.workers.register(executor));
    await this.maintenance.bury();
  }

  keep(): void {
    this.maintenance.start();
  }

  async leave(): Promise<void> {
    await this.maintenance.stop();
    try {
      await this.store.calls.do((executor) => this.store.workers.unregister(executor));
    } catch (error) {
      // Its lease ends, and the others see it; the app is to close all the same.
      this.logger.warn(`The worker could not sign off: ${messageOf(error)}`);
    }
  }

  /** What the store says runs here, beside what does. */
  private async compare(claims: Claims): Promise<void> {
    for (const [id, { isStopping }] of claims) {
      if (isStopping) this.engine.abort([id], () => new JobCancelledError('The entry was cancelled.'));
    }
    // Where the connection broke between the commit and its answer, nobody knows of the claim but the store.
    const oldest = this.core.operationTimeout + ANSWER_IS_LOST;
    const unheard = [...claims]
      .map(([id, { claim, age }]) => ({ id, claim, age }))
      .filter(({ id, claim, age }) => age > oldest && !this.engine.holds(id, claim));
    if (unheard.length === 0) return;
    this.logger.warn(`${unheard.length} entries were claimed, and the answer was lost: they go back.`);
    await this.store.giveBack(unheard);
  }

  /** This process stood still for longer than its lease: its entries are others' by now. */
  private async rejoin(): Promise<void> {
    this.engine.abortAll(
      () => new WorkerStoppedError('The worker lost its lease: the entry runs elsewhere.'),
    );
    await this.store.calls.do((executor) => this.store.workers.register(executor));
    this.engine.wake();
  }

  /** Its worker died in the last attempt, or after it was told to stop. */
  private tellOfEnd(entry: StoredEntry): void {
    const now = Date.now();
    const durationMs = Math.max(0, now - (entry.startedAt ?? now));
    if (entry.state === 'cancelled')
      return this.core.reporter.settled({ entry, outcome: { type: 'cancelled' }, durationMs }, now);
    const error = Object.assign(new Error(WORKER_LOST.message), { name: WORKER_LOST.name });
    this.core.reporter.settled(
      { entry, outcome: { type: 'failed', error: WORKER_LOST }, error, durationMs },
      now,
    );
  }
}
