import { SystemClock } from '../../../jobs/clock.js';
import { JobCancelledError, WorkerStoppedError } from '../../../jobs/jobs.errors.js';
import { EventFlowJobsError } from '../../../eventflow-jobs.error.js';
import type { Capability } from '../../../scheduling/capability.js';
import { toMilliseconds } from '../../../scheduling/duration.js';
import type { SchedulerFactory } from '../../../scheduling/scheduler-factory.js';
import type { WorkerOptions } from '../../../scheduling/worker-options.js';
import { LocalScheduler } from '../local.scheduler.js';
import { fileOf, openFile } from './sqlite-connection.js';
import { SqliteMaintenance } from './sqlite-maintenance.js';
import type { SqliteSchedulerOptions } from './sqlite.options.js';
import { SqliteStore } from './sqlite.store.js';
import { TransactionLane } from './transaction-lane.js';

const DEFAULT_LEASE = '30s';
const DEFAULT_RETENTION = { age: '7 days', count: 100_000 } as const;

const CAPABILITIES: readonly Capability[] = [
  'durable',
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
  'transaction',
  'distributed',
];

/** Entries in a SQLite file, run in any process of this machine that has the file open. */
class SqliteScheduler extends LocalScheduler {
  readonly capabilities: ReadonlySet<Capability>;
  private lane: TransactionLane | undefined;

  protected readonly clock = new SystemClock();
  private openStore: SqliteStore | undefined;
  private maintenance: SqliteMaintenance | undefined;

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
    const opened = await openFile(shared ? fileOf(options.database) : options.file, {
      shared,
      synchronous: options.synchronous ?? 'FULL',
    });
    this.openStore = new SqliteStore(opened, {
      lease: toMilliseconds(options.lease ?? DEFAULT_LEASE),
      operationTimeout: this.core.operationTimeout,
    });
    if (options.transactionalWork) {
      this.lane = await TransactionLane.open(this.openStore, options.synchronous ?? 'FULL', this.clock);
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
    this.maintenance = new SqliteMaintenance(
      this.store,
      this.core.knows,
      { age: toMilliseconds(age), count },
      () => this.engine.wake(),
      () => this.rejoin(),
    );
    await this.join();
    await this.maintenance.bury();
    await super.startWork(options);
    this.store.wake.watch(
      () => this.woken(),
      () => {}, // the once-a-second maintenance says what became of the file
    );
    this.maintenance.start();
  }

  protected override async stopWork(timeout: number): Promise<void> {
    if (!this.maintenance) return;
    await super.stopWork(timeout);
    this.store.wake.unwatch();
    await this.maintenance.stop();
    this.maintenance = undefined;
    await this.store.writeAndWake(() => this.store.workers.unregister(this.currentTime()));
    this.store.workers.releaseLock();
  }

  private async join(): Promise<void> {
    const token = await this.store.workers.takeLock();
    await this.store.write(() => this.store.workers.register(token, this.currentTime()));
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
    this.engine.abort(this.store.workers.stopping(), () => new JobCancelledError('The entry was cancelled.'));
    this.engine.wake();
  }
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
