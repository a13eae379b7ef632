import { ServerClock } from '../../engine/server-clock.js';
import { SharedStoreScheduler } from '../../engine/shared-store.scheduler.js';
import { STORE_CAPABILITIES } from '../../engine/store.scheduler.js';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { LineLogger } from '../../jobs/line.logger.js';
import type { Capability } from '../../scheduling/capability.js';
import { toMilliseconds } from '../../scheduling/duration.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';
import { UnsupportedOperationError } from '../../scheduling/scheduling.errors.js';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';
import { BullQueues } from './bull-queues.js';
import type { BullMqSchedulerOptions } from './bullmq.options.js';
import { BullMqStore } from './bullmq.store.js';
import { Connections } from './connection.js';
import { loadDrivers } from './drivers.js';
import { RedisAccess } from './redis-access.js';
import { dangersIn, uptimeIn } from './server-info.js';

const DEFAULT_PREFIX = '{eventflow-jobs}';
const DEFAULT_LEASE = '15s';
const DEFAULT_RETENTION = { age: '7 days', count: 10_000 } as const;

const CAPABILITIES: readonly Capability[] = [...STORE_CAPABILITIES, 'durable', 'distributed'];

/** Entries in queues of BullMQ, run in any process that has the Redis. */
class BullMqScheduler extends SharedStoreScheduler {
  readonly capabilities: ReadonlySet<Capability> = new Set(CAPABILITIES);
  protected readonly clock = new ServerClock();
  protected readonly lease: number;
  protected readonly logger = new LineLogger('BullMqScheduler');
  private access: RedisAccess | undefined;
  private openStore: BullMqStore | undefined;

  constructor(private readonly options: BullMqSchedulerOptions) {
    super();
    this.lease = toMilliseconds(options.lease ?? DEFAULT_LEASE);
  }

  protected get store(): BullMqStore {
    if (this.openStore) return this.openStore;
    throw new EventFlowJobsError('Redis is not connected: the app has not started yet, or is closed.');
  }

  protected override async open(): Promise<void> {
    const drivers = await loadDrivers();
    const { backend } = this.options;
    if (backend !== undefined && backend !== drivers.createRedisBackend) throw unsupportedBackend();
    const { operationTimeout } = this.core;
    const connections = new Connections(this.options.connection, drivers, operationTimeout);
    const prefix = withHashTag(this.options.prefix || DEFAULT_PREFIX);
    const access = new RedisAccess(connections, `${prefix}:`, operationTimeout);
    try {
      const info = await access.open();
      for (const danger of dangersIn(info)) this.logger.warn(danger);
      await this.clock.ask(() => access.time());
      const store = new BullMqStore(
        access,
        this.clock,
        this.settings(this.clock.now() - uptimeIn(info)),
        () => this.core.mapper.kinds(),
        new BullQueues(drivers, access.client, prefix),
      );
      await store.refreshRecurring();
      this.access = access;
      this.openStore = store;
    } catch (error) {
      await access.close();
      throw error;
    }
  }

  protected override async close(): Promise<void> {
    await this.openStore?.close();
    this.access = undefined;
    this.openStore = undefined;
  }

  /** Each is a round trip, and while it lasts the server does nothing else. */
  protected override get pieceSize() {
    return { entries: 500, characters: 1024 * 1024 };
  }

  protected override insertEach(entries: readonly NewEntry[]): Promise<readonly (InsertResult | Error)[]> {
    return this.engine.insertEach(() => this.store.insertEach(entries));
  }

  protected override async listen(): Promise<void> {
    await this.access!.listen(
      (message) => this.told(message),
      () => this.engine.wake(),
    );
  }

  private settings(serverStart: number) {
    const { retention, queues = [] } = this.options;
    const { age = DEFAULT_RETENTION.age, count = DEFAULT_RETENTION.count } = retention ?? {};
    return {
      operationTimeout: this.core.operationTimeout,
      lease: this.lease,
      retention: { age: toMilliseconds(age), count },
      queues,
      serverStart,
    };
  }
}

function unsupportedBackend(): UnsupportedOperationError {
  return new UnsupportedOperationError(
    'bullMqScheduler() keeps its promises by scripts that run inside Redis, and BullMQ has other backends that run none: ' +
      'leave `backend` out, or take pgBossScheduler() of nestjs-eventflow-jobs/pg-boss for PostgreSQL.',
  );
}

/**
 * Keeps entries in Redis, in queues of BullMQ: any process that has the Redis runs them.
 *
 * @publicApi
 */
export function bullMqScheduler(options: BullMqSchedulerOptions): SchedulerFactory {
  return { kind: 'bullmq', create: () => new BullMqScheduler(options) };
}

/** With the braces of a hash tag, by which a cluster keeps all keys that have the same one in one place: the first, if not empty. */
function withHashTag(prefix: string): string {
  return /^[^{]*\{[^}]+\}/.test(prefix) ? prefix : `{${prefix}}`;
}
