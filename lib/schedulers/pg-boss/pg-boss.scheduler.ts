import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { STORE_CAPABILITIES, StoreScheduler } from '../../engine/store.scheduler.js';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { SystemClock } from '../../jobs/clock.js';
import { JobCancelledError, WorkerStoppedError } from '../../jobs/jobs.errors.js';
import { messageOf } from '../../jobs/outcome.js';
import type { Capability } from '../../scheduling/capability.js';
import { toMilliseconds } from '../../scheduling/duration.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';
import type { InsertResult, NewEntry, StoredEntry } from '../../scheduling/stored-entry.js';
import type { WorkerOptions } from '../../scheduling/worker-options.js';
import { type Connection, connect } from './connection.js';
import { provideConnections } from './connections-of-attempts.js';
import { type Installation, quote } from './installation.js';
import { prepareSchema } from './migrate.js';
import { PgMaintenance } from './pg-maintenance.js';
import { DEFAULT_SCHEMA, type PgBossSchedulerOptions } from './pg-boss.options.js';
import { PgBossStore } from './pg-boss.store.js';
import { type Claims, WORKER_LOST } from './pg-workers.js';
import { toCallersError, within } from './unavailable.js';

const DEFAULT_LEASE = '15s';
const DEFAULT_RETENTION = '7 days';
/** A worker shows that it lives so many times within its lease. */
const SIGNS_OF_LIFE = 3;
const LONGEST_ROUND = 2_000;
/** After a call has been given up, its answer is not on its way any more, in ms. */
const ANSWER_IS_LOST = 1_000;

const CAPABILITIES: readonly Capability[] = [...STORE_CAPABILITIES, 'durable', 'transaction', 'distributed'];

/** Entries in a queue of pg-boss, run in any process that has the database. */
class PgBossScheduler extends StoreScheduler {
  readonly capabilities: ReadonlySet<Capability>;
  protected readonly clock = new SystemClock();
  private readonly logger = new Logger('PgBossScheduler');
  private readonly channel: string;
  private connection: Connection | undefined;
  private installation: Installation | undefined;
  private openStore: PgBossStore | undefined;
  private maintenance: PgMaintenance | undefined;
  private listening: Promise<{ close(): Promise<void> }> | undefined;

  constructor(private readonly options: PgBossSchedulerOptions) {
    super();
    this.capabilities = new Set([
      ...CAPABILITIES,
      ...(options.transactionalWork ? ['transactional-work' as const] : []),
    ]);
    const schema = options.schema ?? DEFAULT_SCHEMA;
    this.channel = `eventflow_${createHash('sha256').update(quote(schema)).digest('hex').slice(0, 24)}`;
  }

  protected get store(): PgBossStore {
    if (this.openStore) return this.openStore;
    throw new EventFlowJobsError('PostgreSQL is not connected: the app has not started yet, or is closed.');
  }

  protected override async open(): Promise<void> {
    const { schema = DEFAULT_SCHEMA, migrate = true } = this.options;
    const { operationTimeout } = this.core;
    const connection = await connect(this.options, schema, operationTimeout);
    try {
      const installation = await within(
        Math.max(operationTimeout, 60_000),
        prepareSchema(connection, { schema, migrate }),
      );
      this.installation = installation;
      this.openStore = new PgBossStore(
        connection.access,
        installation,
        this.settings(operationTimeout),
        () => this.core.mapper.kinds(),
        (entries, results) => this.reportWritten(entries, results),
      );
      this.openStore.beforeCallersCommit = () => this.listen();
      await this.openStore.do((executor) => this.store.recurringJobs.refresh(executor));
      this.connection = connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  protected override async close(): Promise<void> {
    await (await this.listening)?.close();
    this.listening = undefined;
    await this.connection?.close();
    this.connection = undefined;
    this.openStore = undefined;
  }

  /** Each is a round trip, and a connection while it lasts. */
  protected override get pieceSize() {
    return { entries: 1_000, characters: 1024 * 1024 };
  }

  protected override insertEach(entries: readonly NewEntry[]): Promise<readonly (InsertResult | Error)[]> {
    return this.engine.insertEach(() => this.store.insertEach(entries));
  }

  protected override async startWork(options: WorkerOptions): Promise<void> {
    if (this.maintenance) return;
    if (this.options.transactionalWork) provideConnections(this.connection!, options);
    const lease = toMilliseconds(this.options.lease ?? DEFAULT_LEASE);
    const maintenance = new PgMaintenance(
      this.store,
      this.installation!,
      this.core.knows,
      Math.min(lease / SIGNS_OF_LIFE, LONGEST_ROUND),
      lease,
      {
        onChange: () => this.engine.wake(),
        onLost: () => this.rejoin(),
        onEnded: (entry) => this.tellOfEnd(entry),
        onClaims: (claims) => this.compare(claims),
      },
    );
    await this.store.do((executor) => this.store.workers.register(executor));
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
      await this.store.do((executor) => this.store.workers.unregister(executor));
    } catch (error) {
      // Its lease ends, and the others see it; the app is to close all the same.
      this.logger.warn(`The worker could not sign off: ${messageOf(error)}`);
    }
  }

  /** Workers do, and whoever schedules in transactions of his own. */
  private async listen(): Promise<void> {
    this.listening ??= this.connection!.access.listen(
      this.channel,
      (payload) => this.told(payload),
      () => this.engine.wake(),
    );
    try {
      await this.listening;
    } catch (error) {
      this.listening = undefined;
      throw toCallersError(error);
    }
  }

  private settings(operationTimeout: number) {
    const { lease = DEFAULT_LEASE, retention, transactionalWork = false } = this.options;
    return {
      operationTimeout,
      lease: toMilliseconds(lease),
      retention: Math.ceil(toMilliseconds(retention?.age ?? DEFAULT_RETENTION) / 1000),
      transactionalWork,
      channel: this.channel,
    };
  }

  /** Another process has committed something. */
  private told(payload: string): void {
    const [what, value = ''] = payload.split(' ');
    if (what === 'cancel')
      return this.engine.abort([value], () => new JobCancelledError('The entry was cancelled.'));
    if (what === 'committed') return this.store.commits.committed(value);
    if (what === 'recurring') {
      this.store
        .do((executor) => this.store.recurringJobs.refresh(executor))
        .then(
          () => this.engine.wake(),
          (error: unknown) => this.logger.warn(`Recurring jobs could not be read: ${messageOf(error)}`),
        );
      return;
    }
    const { nextAt } = this.engine;
    if (what !== 'due' || nextAt === undefined || Number(value) < nextAt) this.engine.wake();
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
    await this.store.do((executor) => this.store.workers.register(executor));
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

/**
 * Keeps entries in PostgreSQL, in a queue of pg-boss: any process that has the database runs them.
 *
 * @publicApi
 */
export function pgBossScheduler(options: PgBossSchedulerOptions): SchedulerFactory {
  return { kind: 'pg-boss', create: () => new PgBossScheduler(options) };
}
