import type { Clock } from '../jobs/clock.js';
import type { JobId } from '../jobs/job-id.js';
import { toError } from '../jobs/thrown.js';
import type { Capability } from '../scheduling/capability.js';
import type { Obstacles } from '../scheduling/explanation.js';
import type { JobState, QueueEntry, WorkerEntry } from '../scheduling/job-entry.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import type { ListQuery } from '../scheduling/queries.js';
import type { NewRecurring, StoredRecurring } from '../scheduling/recurring.js';
import { DuplicateJobKeyError } from '../scheduling/scheduling.errors.js';
import type { Adoption, EntryRef, InsertResult, NewEntry, StoredEntry } from '../scheduling/stored-entry.js';
import type { WorkerOptions } from '../scheduling/worker-options.js';
import { StoreEngine } from './store-engine.js';
import type { EntryStore } from './entry-store.js';

/** What the engine can do over any store. */
export const STORE_CAPABILITIES: readonly Capability[] = [
  'delay',
  'cancel',
  'reschedule',
  'query',
  'key',
  'recurring',
  'retry',
  'priority',
  'queues',
  'rate-limit',
  'pause',
];

/** A scheduler on the engine. */
export abstract class StoreScheduler extends JobScheduler {
  abstract override readonly capabilities: ReadonlySet<Capability>;
  private running: StoreEngine | undefined;

  /** There once the scheduler is open. */
  protected abstract get store(): EntryStore;
  protected abstract readonly clock: Clock;

  protected get engine(): StoreEngine {
    this.running ??= new StoreEngine(this.store, this.clock, this.core, (since) => this.holdsLease(since));
    return this.running;
  }

  /** Whether what was asked for then, by `performance.now()`, is still its own, as far as it can know without asking. */
  protected holdsLease(_since: number): boolean {
    return true;
  }

  protected override async open(): Promise<void> {
    await this.store.open();
  }

  protected override async close(): Promise<void> {
    await this.store.close();
  }

  protected override startWork(options: WorkerOptions): Promise<void> {
    return this.engine.start(options);
  }

  protected override stopWork(timeout: number): Promise<void> {
    return this.engine.stop(timeout);
  }

  protected override insert(
    entries: readonly NewEntry[],
    transaction?: unknown,
  ): Promise<readonly InsertResult[]> {
    return this.engine.insert(entries, transaction);
  }

  /** Together, and where one is refused, which is before anything is written, each on its own. */
  protected override async insertEach(
    entries: readonly NewEntry[],
  ): Promise<readonly (InsertResult | Error)[]> {
    try {
      return await this.insert(entries);
    } catch (error) {
      if (!(error instanceof DuplicateJobKeyError)) throw error;
      const settled = await Promise.allSettled(entries.map((entry) => this.insert([entry])));
      return settled.map((one) => (one.status === 'fulfilled' ? one.value[0]! : toError(one.reason)));
    }
  }

  protected override cancelEntry(ref: EntryRef): Promise<boolean> {
    return this.engine.cancel(ref);
  }

  protected override async rescheduleEntry(ref: EntryRef, runAt: number): Promise<boolean> {
    const done = await this.store.reschedule(ref, runAt);
    this.engine.wake();
    return done;
  }

  protected override async retryEntry(id: JobId): Promise<boolean> {
    const done = await this.store.retry(id, this.currentTime());
    this.engine.wake();
    return done;
  }

  protected override async findEntry(ref: EntryRef): Promise<StoredEntry | undefined> {
    return this.store.find(ref);
  }

  protected override async listEntries(
    query: ListQuery,
  ): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    return this.store.list(query);
  }

  protected override async countEntries(): Promise<Record<JobState, number>> {
    return this.store.counts();
  }

  protected override async findQueues(): Promise<QueueEntry[]> {
    return (await this.store.queues()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  protected override async findWorkers(): Promise<WorkerEntry[]> {
    const placed = await this.store.livingWorkers(this.currentTime());
    const { here } = this.engine;
    const all = here && !placed.some(({ isHere }) => isHere) ? [...placed, here] : placed;
    return all.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  }

  protected override async findOldestDue(): Promise<number | undefined> {
    return this.store.oldestDue(this.currentTime());
  }

  protected override async findObstacles({ queue, state, worker }: StoredEntry): Promise<Obstacles> {
    if (state !== 'scheduled' && state !== 'running') return {};
    const workers = await this.findWorkers();
    const limit = this.engine.limitOf(queue, workers);
    return {
      paused: await this.store.isPaused(queue),
      noWorker: workers.length === 0,
      ...(limit !== undefined && { limit }),
      ...optionalWorker(workers.find(({ id }) => id === worker)),
    };
  }

  protected override saveRecurring(recurring: NewRecurring): Promise<void> {
    return this.engine.saveRecurring(recurring);
  }

  protected override declareRecurring(declared: readonly NewRecurring[]): Promise<void> {
    return this.engine.declareRecurring(declared);
  }

  protected override async deleteRecurring(id: string): Promise<boolean> {
    return this.store.deleteRecurring(id);
  }

  protected override async changeRecurring(id: string, paused: boolean): Promise<boolean> {
    // One that is set aside is none, and is not to come back by this.
    if (!(await this.findRecurring()).some((one) => one.id === id)) return false;
    return this.engine.changeRecurring(id, paused);
  }

  protected override async findRecurring(): Promise<readonly StoredRecurring[]> {
    return this.store.recurring();
  }

  protected override async pauseQueue(queue?: string): Promise<void> {
    await this.store.pause(queue);
  }

  protected override async resumeQueue(queue?: string): Promise<void> {
    await this.store.resume(queue);
    this.engine.wake();
  }

  protected override async adoptEntries(entries: readonly StoredEntry[]): Promise<Adoption> {
    const adoption = await this.store.adopt(entries, this.currentTime());
    this.engine.wake();
    return adoption;
  }

  protected override async adoptRecurring(recurring: StoredRecurring): Promise<boolean> {
    let isNew = false;
    await this.store.updateRecurring(recurring.id, (standing) => {
      isNew = standing === undefined;
      return standing ? undefined : recurring;
    });
    this.engine.wake();
    return isNew;
  }

  protected override currentTime(): number {
    return this.clock.now();
  }
}

function optionalWorker(worker: WorkerEntry | undefined): Pick<Obstacles, 'worker'> {
  return worker ? { worker } : {};
}
