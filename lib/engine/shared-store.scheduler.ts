import { Logger } from '@nestjs/common';
import { JobCancelledError, WorkerStoppedError } from '../jobs/jobs.errors.js';
import { messageOf } from '../jobs/thrown.js';
import type { NewRecurring, StoredRecurring } from '../scheduling/recurring.js';
import type { EntryRef, StoredEntry } from '../scheduling/stored-entry.js';
import type { WorkerOptions } from '../scheduling/worker-options.js';
import { type WorkerAbout, aboutWorker } from '../worker/worker-about.js';
import { Lease } from './lease.js';
import { Maintenance } from './maintenance.js';
import { type Claims, type SharedStore, WORKER_LOST } from './shared-store.js';
import { StoreScheduler } from './store.scheduler.js';

/** A worker shows that it lives so many times within its lease. */
const SIGNS_OF_LIFE = 3;
const LONGEST_ROUND = 2_000;
/** After a call has been given up, its answer is not on its way any more, in ms. */
const ANSWER_IS_LOST = 1_000;

/** A scheduler whose store is a server that the workers of several processes share. */
export abstract class SharedStoreScheduler extends StoreScheduler {
  protected abstract override get store(): SharedStore;
  /** Of a worker's place, in ms. */
  protected abstract readonly lease: number;
  protected abstract readonly logger: Logger;
  private maintenance: Maintenance | undefined;
  private place: Lease | undefined;
  private about: WorkerAbout | undefined;

  /** Hears from now on what other processes tell; once. */
  protected abstract listen(): Promise<void>;

  protected override async startWork(options: WorkerOptions): Promise<void> {
    if (this.maintenance) return;
    const every = Math.min(this.lease / SIGNS_OF_LIFE, LONGEST_ROUND);
    const listeners = {
      onChange: () => this.engine.wake(),
      onLost: () => this.rejoin(),
      onEnded: (entry: StoredEntry) => this.tellOfEnd(entry),
      onClaims: (claims: Claims) => this.compare(claims),
    };
    this.place = new Lease(this.lease);
    const maintenance = new Maintenance(
      this.store,
      this.core.knows,
      every,
      this.place,
      listeners,
      this.logger,
    );
    this.about = aboutWorker(options);
    await this.store.register(this.about);
    await maintenance.bury();
    await this.listen();
    await super.startWork(options);
    maintenance.start();
    this.maintenance = maintenance;
  }

  protected override async stopWork(timeout: number): Promise<void> {
    if (!this.maintenance) return;
    await super.stopWork(timeout);
    await this.maintenance.stop();
    this.maintenance = undefined;
    try {
      await this.store.unregister();
    } catch (error) {
      // Its lease ends, and the others see it; the app is to close all the same.
      this.logger.warn(`The worker could not sign off: ${messageOf(error)}`);
    }
  }

  protected override holdsLease(since: number): boolean {
    if (!this.place || this.place.coversSince(since)) return true;
    // The sooner it shows that it lives, the sooner it works again.
    if (!this.place.holds) this.maintenance?.round();
    return false;
  }

  protected override async rescheduleEntry(ref: EntryRef, runAt: number): Promise<boolean> {
    await this.store.assertClock();
    return super.rescheduleEntry(ref, runAt);
  }

  protected override async saveRecurring(recurring: NewRecurring): Promise<void> {
    await this.store.assertClock();
    await super.saveRecurring(recurring);
  }

  /** Only workers are told what others change. */
  protected override async findRecurring(): Promise<readonly StoredRecurring[]> {
    await this.store.refreshRecurring();
    return this.store.recurring();
  }

  /** Another process has changed something: `due <time>`, `cancel <id>` or `recurring`. */
  protected told(message: string): void {
    const [what, value = ''] = message.split(' ');
    if (what === 'cancel')
      return this.engine.abort([value], () => new JobCancelledError('The entry was cancelled.'));
    if (what === 'recurring') return this.refreshRecurring();
    const { nextAt } = this.engine;
    if (what !== 'due' || nextAt === undefined || Number(value) < nextAt) this.engine.wake();
  }

  private refreshRecurring(): void {
    this.store.refreshRecurring().then(
      () => this.engine.wake(),
      (error: unknown) => this.logger.warn(`Recurring jobs could not be read: ${messageOf(error)}`),
    );
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
    if (this.about) await this.store.register(this.about);
    this.engine.wake();
  }

  /** Its worker died in the last attempt, or after it was told to stop. */
  private tellOfEnd(entry: StoredEntry): void {
    const now = this.currentTime();
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
