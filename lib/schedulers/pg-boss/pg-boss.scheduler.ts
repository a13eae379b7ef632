import { ServerClock } from '../../engine/server-clock.js';
import { SharedStoreScheduler } from '../../engine/shared-store.scheduler.js';
import { STORE_CAPABILITIES } from '../../engine/store.scheduler.js';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { LineLogger } from '../../jobs/line.logger.js';
import type { Capability } from '../../scheduling/capability.js';
import { toMilliseconds } from '../../scheduling/duration.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';
import type { WorkerOptions } from '../../scheduling/worker-options.js';
import { type Connection, connect } from './connection.js';
import { provideConnections } from './connections-of-attempts.js';
import type { Installation } from './installation.js';
import { prepareSchema } from './migrate.js';
import { DEFAULT_SCHEMA, type PgBossSchedulerOptions } from './pg-boss.options.js';
import { PgBossStore } from './pg-boss.store.js';
import { within } from './unavailable.js';
import { Words, channelOf } from './words.js';

const DEFAULT_LEASE = '15s';
const DEFAULT_RETENTION = '7 days';
/** A schema is made in this time at least, in ms, however impatient calls are. */
const PREPARING = 60_000;

const CAPABILITIES: readonly Capability[] = [...STORE_CAPABILITIES, 'durable', 'transaction', 'distributed'];

/** What there is while the scheduler is open. */
interface Opened {
  readonly connection: Connection;
  readonly store: PgBossStore;
  readonly words: Words;
}

/** Entries in a queue of pg-boss, run in any process that has the database. */
class PgBossScheduler extends SharedStoreScheduler {
  readonly capabilities: ReadonlySet<Capability>;
  protected readonly clock = new ServerClock();
  protected readonly lease: number;
  protected readonly logger = new LineLogger('PgBossScheduler');
  private openedAs: Opened | undefined;

  constructor(private readonly options: PgBossSchedulerOptions) {
    super();
    this.lease = toMilliseconds(options.lease ?? DEFAULT_LEASE);
    this.capabilities = new Set([
      ...CAPABILITIES,
      ...(options.transactionalWork ? ['transactional-work' as const] : []),
    ]);
  }

  protected get store(): PgBossStore {
    return this.openOne.store;
  }

  private get openOne(): Opened {
    if (this.openedAs) return this.openedAs;
    throw new EventFlowJobsError('PostgreSQL is not connected: the app has not started yet, or is closed.');
  }

  protected override async open(): Promise<void> {
    const { schema = DEFAULT_SCHEMA, migrate = true } = this.options;
    const { operationTimeout, readsOnly = false } = this.core;
    const connection = await connect(this.options, schema, operationTimeout);
    try {
      const installation = await within(
        Math.max(operationTimeout, PREPARING),
        prepareSchema(connection, { schema, migrate: migrate && !readsOnly, readsOnly }),
      );
      const channel = channelOf(schema);
      const store = this.storeOn(connection, installation, channel);
      await this.clock.ask(() => store.time());
      await store.refreshRecurring();
      const words = new Words(
        connection.access,
        channel,
        (word) => this.told(word),
        () => this.engine.wake(),
      );
      store.writes.beforeCallersCommit = () => words.listen();
      this.openedAs = { connection, store, words };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  protected override async close(): Promise<void> {
    await this.openedAs?.words.close();
    await this.openedAs?.connection.close();
    this.openedAs = undefined;
  }

  /** Each is a round trip, and a connection while it lasts. */
  protected override get pieceSize() {
    return { entries: 1_000, characters: 1024 * 1024 };
  }

  protected override insertEach(entries: readonly NewEntry[]): Promise<readonly (InsertResult | Error)[]> {
    return this.engine.insertEach(() => this.store.writes.insertEach(entries));
  }

  protected override startWork(options: WorkerOptions): Promise<void> {
    if (this.options.transactionalWork) provideConnections(this.openOne.connection, options);
    return super.startWork(options);
  }

  protected override listen(): Promise<void> {
    return this.openOne.words.listen();
  }

  protected override told(word: string): void {
    const [what, value = ''] = word.split(' ');
    if (what === 'committed') this.store.commits.committed(value);
    else super.told(word);
  }

  private storeOn({ access }: Connection, installation: Installation, channel: string): PgBossStore {
    const { retention, transactionalWork = false } = this.options;
    return new PgBossStore(
      access,
      this.clock,
      installation,
      {
        operationTimeout: this.core.operationTimeout,
        lease: this.lease,
        retention: Math.ceil(toMilliseconds(retention?.age ?? DEFAULT_RETENTION) / 1000),
        transactionalWork,
        channel,
      },
      () => this.core.mapper.kinds(),
      (entries, results) => this.reportWritten(entries, results),
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
