import type { DatabaseSync } from 'node:sqlite';
import { SystemClock } from '../../../jobs/clock.js';
import { JobCancelledError, WorkerStoppedError } from '../../../jobs/jobs.errors.js';
import { LineLogger } from '../../../jobs/line.logger.js';
import { messageOf } from '../../../jobs/thrown.js';
import { EventFlowJobsError } from '../../../eventflow-jobs.error.js';
import type { Capability } from '../../../scheduling/capability.js';
import { toMilliseconds } from '../../../scheduling/duration.js';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import type { JobState } from '../../../scheduling/job-entry.js';
import type { ListQuery } from '../../../scheduling/queries.js';
import type { SchedulerFactory } from '../../../scheduling/scheduler-factory.js';
import type { EntryRef, StoredEntry } from '../../../scheduling/stored-entry.js';
import type { WorkerOptions } from '../../../scheduling/worker-options.js';
import { Lease } from '../../../engine/lease.js';
import { WORKER_LOST } from '../../../engine/shared-store.js';
import { STORE_CAPABILITIES, StoreScheduler } from '../../../engine/store.scheduler.js';
import { type WorkerAbout, aboutWorker } from '../../../worker/worker-about.js';
import { DiskSync } from './disk-sync.js';
import { fileOf, openFile } from './sqlite-connection.js';
import { UnusableStoreError } from './sqlite-errors.js';
import { SqliteMaintenance } from './sqlite-maintenance.js';
import type { SqliteSchedulerOptions } from './sqlite.options.js';
import { SqliteStore } from './sqlite.store.js';
import { TransactionLane } from './transaction-lane.js';

const DEFAULT_LEASE = '30s';
const DEFAULT_RETENTION = { age: '7 days', count: 100_000 } as const;

const CAPABILITIES: readonly Capability[] = [...STORE_CAPABILITIES, 'durable', 'transaction', 'distributed'];

/** Entries in a SQLite file, run in any process of this machine that has the file open. */
class SqliteScheduler extends StoreScheduler {
  private readonly logger = new LineLogger('SqliteScheduler');
  readonly capabilities: ReadonlySet<Capability>;
  private lane: TransactionLane | undefined;
  private about: WorkerAbout | undefined;

  protected readonly clock = new SystemClock();
  private openStore: SqliteStore | undefined;
  private maintenance: SqliteMaintenance | undefined;
  private place: Lease | undefined;

  constructor(private readonly options: SqliteSchedulerOptions) {
    super();
    this.capabilities = new Set([
      ...CAPABILITIES,
      ...(options.transactionalWork ? ['transactional-work' as const] : []),
    ]);
  }

  protected get store(): SqliteStore {
    if (this.openStore) return this.openStore;
    throw new EventFlowJobsError('The SQLite file is not open: the app has not started yet, or is closed.');
  }

  protected override async open(): Promise<void> {
    const { options } = this;
    const shared = 'database' in options;
    const opened = await openFile(shared ? fileOfApp(options.database) : options.file, {
      shared,
      readsOnly: this.core.readsOnly ?? false,
    });
    const synchronous = options.synchronous ?? 'FULL';
    this.openStore = new SqliteStore(opened, {
      lease: this.lease,
      operationTimeout: this.core.operationTimeout,
      shared,
      disk: synchronous === 'FULL' ? new DiskSync(opened.file) : undefined,
    });
    this.openStore.onCommit = (entries, results) => this.reportWritten(entries, results);
    if (options.transactionalWork && !this.core.readsOnly) {
      this.lane = await TransactionLane.open(this.openStore, synchronous, this.clock);
      this.openStore.perform = (attempt, run) => this.lane!.perform(attempt, run);
    }
  }

  protected override async close(): Promise<void> {
    this.lane?.close();
    await this.openStore?.close();
    this.openStore = undefined;
  }

  protected override async startWork(options: WorkerOptions): Promise<void> {
    if (this.maintenance) return;
    const { age, count } = { ...DEFAULT_RETENTION, ...this.options.retention };
    this.place = new Lease(this.lease);
    const maintenance = new SqliteMaintenance(
      this.store,
      this.core.knows,
      { age: toMilliseconds(age), count },
      this.place,
      () => this.engine.wake(),
      () => this.rejoin(),
      (entry) => this.tellOfEnd(entry),
    );
    try {
      this.about = aboutWorker(options);
      await this.join();
      await maintenance.bury();
      await super.startWork(options);
    } catch (error) {
      this.store.workers.releaseLock();
      throw error;
    }
    this.store.wake.watch(() => this.woken());
    maintenance.start();
    this.maintenance = maintenance;
  }

  protected override async stopWork(timeout: number): Promise<void> {
    if (!this.maintenance) return;
    await super.stopWork(timeout);
    this.store.wake.unwatch();
    await this.maintenance.stop();
    this.maintenance = undefined;
    try {
      const signOff = () => this.store.workers.unregister(this.currentTime());
      while (await this.store.access.writeAndWake(signOff));
    } catch (error) {
      // The others see by the lock that it is gone; the app is to close all the same.
      this.logger.warn(`The worker could not sign off: ${messageOf(error)}`);
    } finally {
      this.store.workers.releaseLock();
    }
  }

  protected override findEntry(ref: EntryRef): Promise<StoredEntry | undefined> {
    return this.onDisk(super.findEntry(ref));
  }

  protected override listEntries(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    return this.onDisk(super.listEntries(query));
  }

  protected override countEntries(): Promise<Record<JobState, number>> {
    return this.onDisk(super.countEntries());
  }

  /** Nobody is told of what a power cut might undo. */
  private async onDisk<T>(answer: Promise<T>): Promise<T> {
    const read = await answer;
    await this.store.access.onDisk();
    return read;
  }

  protected override holdsLease(since: number): boolean {
    if (!this.place || this.place.coversSince(since)) return true;
    // The sooner it shows that it lives, the sooner it works again.
    if (!this.place.holds) this.maintenance?.now();
    return false;
  }

  private get lease(): number {
    return toMilliseconds(this.options.lease ?? DEFAULT_LEASE);
  }

  private async join(): Promise<void> {
    const { workers, access } = this.store;
    const token = await workers.takeLock();
    const place = await access.write(() => workers.register(token, this.about, this.currentTime()));
    if (!workers.take(place)) await access.write(() => workers.declareAll());
  }

  /** This process stood still for longer than its lease: its entries are others' by now. */
  private async rejoin(): Promise<void> {
    this.engine.abortAll(
      () => new WorkerStoppedError('The worker lost its lease: the entry runs elsewhere.'),
    );
    this.store.workers.releaseLock();
    await this.join();
    this.engine.wake();
  }

  /** Another process has committed something. */
  private woken(): void {
    try {
      const stopping = this.store.access.read(() => this.store.workers.stopping());
      this.engine.abort(stopping, () => new JobCancelledError('The entry was cancelled.'));
    } catch (error) {
      // A file that cannot be read is told by the worker, which looks next, and once.
      if (!(error instanceof SchedulerUnavailableError)) throw error;
    }
    this.engine.wake();
  }

  /** Its worker died in the last attempt, or after it was told to stop. */
  private tellOfEnd(entry: StoredEntry): void {
    const { state, startedAt = 0 } = entry;
    const durationMs = Math.max(0, this.currentTime() - startedAt);
    if (state === 'cancelled')
      return this.core.reporter.settled(
        { entry, outcome: { type: 'cancelled' }, durationMs },
        this.currentTime(),
      );
    const error = Object.assign(new Error(WORKER_LOST.message), { name: WORKER_LOST.name });
    this.core.reporter.settled(
      { entry, outcome: { type: 'failed', error: WORKER_LOST }, error, durationMs },
      this.currentTime(),
    );
  }
}

function fileOfApp(database: DatabaseSync): string {
  const file = fileOf(database);
  if (file !== undefined) return file;
  throw new UnusableStoreError(
    'The database is in memory only: open it on a file, or use inProcessScheduler().',
  );
}

/**
 * Keeps entries in a SQLite file, by Node's own `node:sqlite`: they survive crashes and power cuts, and any process of
 * this machine that has the file open runs them.
 *
 * @publicApi
 */
export function sqliteScheduler(options: SqliteSchedulerOptions): SchedulerFactory {
  return { kind: 'sqlite', create: () => new SqliteScheduler(options) };
}
