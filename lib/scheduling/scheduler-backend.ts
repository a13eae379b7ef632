import type { JobId } from '../jobs/job-id.js';
import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import type { Capability } from './capability.js';
import type { Obstacles } from './explanation.js';
import type { PieceSize } from './gathered-calls.js';
import { InvalidScheduleError } from './invalid-schedule.error.js';
import type { JobState, QueueEntry, WorkerEntry } from './job-entry.js';
import type { ListQuery } from './queries.js';
import type { NewRecurring, StoredRecurring } from './recurring.js';
import type { ScheduleEntry } from './schedule-options.js';
import type { SchedulerCore } from './scheduler-core.js';
import { SchedulerUnavailableError, UnsupportedOperationError } from './scheduling.errors.js';
import type { Adoption, EntryRef, InsertResult, NewEntry, StoredEntry } from './stored-entry.js';
import type { WorkerOptions } from './worker-options.js';

/**
 * What a scheduler implements. Override what its `capabilities` promise; everything else refuses with an
 * {@link UnsupportedOperationError}. Calls come validated, with their jobs serialized.
 *
 * @publicApi
 */
export abstract class SchedulerBackend {
  /** What this scheduler can do. */
  abstract readonly capabilities: ReadonlySet<Capability>;
  private attached: SchedulerCore | undefined;
  private opening: Promise<void> | undefined;
  private hasOpened = false;
  private isShutDown = false;

  /** Called by the module, once, before anything else. */
  attach(core: SchedulerCore): void {
    this.attached = core;
  }

  protected get core(): SchedulerCore {
    if (this.attached) return this.attached;
    throw new EventFlowJobsError(
      `${this.constructor.name} is not part of a running app: take it from one that imports EventFlowJobsModule.forRoot().`,
    );
  }

  /** Connects to the store. Called before the first use. */
  protected async open(): Promise<void> {}

  /** Disconnects from the store, after the last use. */
  protected async close(): Promise<void> {}

  /** The app's modules begin to initialize: handlers are not registered yet. */
  protected async onStarting(): Promise<void> {}

  /** Every module's bootstrap is done. */
  protected async onStarted(): Promise<void> {}

  /** Begins to claim entries and to run them. */
  protected async startWork(_options: WorkerOptions): Promise<void> {}

  /** Claims no more, waits at most `timeout` ms for what runs, then aborts it and puts it back. */
  protected async stopWork(_timeout: number): Promise<void> {}

  /**
   * Stores all entries or none, and resolves once that is durable.
   *
   * @throws {DuplicateJobKeyError} where a key is taken and its entry says `reject`.
   */
  protected insert(_entries: readonly NewEntry[], _transaction?: unknown): Promise<readonly InsertResult[]> {
    return this.unsupported('scheduling', 'delay');
  }

  /** How many of them it gets at once. In a process with the store, a write blocks the event loop: it is to be short. */
  protected get pieceSize(): PieceSize {
    return { entries: 200, characters: 128 * 1024 };
  }

  /**
   * For a store with a bulk write: stores entries of calls that were made together, each with a fate of its own. Left
   * out, each call is an `insert` of its own.
   *
   * @returns for each entry what became of it, or the error for its caller.
   */
  protected insertEach?(entries: readonly NewEntry[]): Promise<readonly (InsertResult | Error)[]>;

  protected cancelEntry(_ref: EntryRef): Promise<boolean> {
    return this.unsupported('cancel()', 'cancel');
  }

  protected rescheduleEntry(_ref: EntryRef, _runAt: number): Promise<boolean> {
    return this.unsupported('reschedule()', 'reschedule');
  }

  protected retryEntry(_id: JobId): Promise<boolean> {
    return this.unsupported('retry()', 'retry');
  }

  protected findEntry(_ref: EntryRef): Promise<StoredEntry | undefined> {
    return this.unsupported('get()', 'query');
  }

  /** By when they were scheduled, in the order that is asked for. */
  protected listEntries(_query: ListQuery): Promise<{ entries: readonly StoredEntry[]; cursor?: string }> {
    return this.unsupported('list()', 'query');
  }

  protected countEntries(): Promise<Record<JobState, number>> {
    return this.unsupported('counts()', 'query');
  }

  protected findQueues(): Promise<QueueEntry[]> {
    return this.unsupported('queues()', 'query');
  }

  protected findWorkers(): Promise<WorkerEntry[]> {
    return this.unsupported('workers()', 'query');
  }

  /** Of the entries that may be begun now. */
  protected findOldestDue(): Promise<number | undefined> {
    return this.unsupported('oldestDue()', 'query');
  }

  protected async findObstacles(_entry: StoredEntry): Promise<Obstacles> {
    return {};
  }

  /** Where one of this id has the same schedule, its next tick stays as it is. */
  protected saveRecurring(_recurring: NewRecurring): Promise<void> {
    return this.unsupported('recurring jobs', 'recurring');
  }

  /** What this process declares by `@RecurringJob`, all of it. */
  protected declareRecurring(_declared: readonly NewRecurring[]): Promise<void> {
    return this.unsupported('recurring jobs', 'recurring');
  }

  protected deleteRecurring(_id: string): Promise<boolean> {
    return this.unsupported('recurring jobs', 'recurring');
  }

  /** @returns `false` where there is none of this id. */
  protected changeRecurring(_id: string, _paused: boolean): Promise<boolean> {
    return this.unsupported('a pause of a recurring job', 'recurring');
  }

  protected findRecurring(): Promise<readonly StoredRecurring[]> {
    return this.unsupported('recurring jobs', 'recurring');
  }

  protected pauseQueue(_queue?: string): Promise<void> {
    return this.unsupported('pause()', 'pause');
  }

  protected resumeQueue(_queue?: string): Promise<void> {
    return this.unsupported('resume()', 'pause');
  }

  /**
   * Takes over entries of another scheduler as they are there: `scheduled`, `parked` or `failed`, with their ids, times,
   * attempts and errors, in the order in which they are given. All of it in one piece; an id that is there already is left
   * alone. One whose `holdsKey` is not `true` does not hold its key, but is the last that did.
   */
  protected adoptEntries(_entries: readonly StoredEntry[]): Promise<Adoption> {
    return this.unsupported('taking over entries', 'durable');
  }

  /** Takes over a recurring job with its times. @returns `false` where one of this id is there: it is left as it is. */
  protected adoptRecurring(_recurring: StoredRecurring): Promise<boolean> {
    return this.unsupported('taking over recurring jobs', 'durable');
  }

  /** The scheduler's clock. Milliseconds since 1970, UTC. */
  protected currentTime(): number {
    return Date.now();
  }

  /** Whether the store has been opened, and has not been closed. */
  protected get isOpen(): boolean {
    return this.hasOpened && !this.isShutDown;
  }

  /** Opens the store once, however many ask; after a failure the next one tries again. */
  protected opened(): Promise<void> {
    this.opening ??= Promise.resolve()
      .then(() => {
        this.core.discover();
        return this.core.prepare();
      })
      .then(() => this.open())
      .then(() => {
        this.hasOpened = true;
      })
      .catch((error: unknown) => {
        this.opening = undefined;
        throw error;
      });
    return this.opening;
  }

  /** Closes the store, once; calls afterwards are refused. */
  protected async shutDown(): Promise<void> {
    if (this.isShutDown) return;
    this.isShutDown = true;
    await this.close();
  }

  /** @throws {SchedulerUnavailableError} after the shutdown: nobody would run what is scheduled then. */
  protected assertOpen(): void {
    if (this.isShutDown)
      throw new SchedulerUnavailableError('The app has shut down, and its scheduler with it.');
  }

  /** @throws {UnsupportedOperationError} where the call asks for what this scheduler cannot do. */
  protected assertServable({ key, when, transaction }: ScheduleEntry): void {
    if (key !== undefined) this.assertCapability('key', 'keys');
    if (when !== undefined) this.assertCapability('delay', 'a time to run at');
    if (transaction !== undefined) this.assertCapability('transaction', "the caller's transaction");
  }

  /** @throws {InvalidScheduleError} where the entry holds what a store cannot. */
  protected assertStorable({ policy }: Pick<NewEntry, 'policy'>): void {
    if (typeof policy?.backoff !== 'function' || !this.capabilities.has('durable')) return;
    throw new InvalidScheduleError(
      'A backoff function cannot be stored with an entry: put it on the class with @JobPolicy, or give a fixed or ' +
        'exponential backoff.',
    );
  }

  protected assertCapability(capability: Capability, operation: string): void {
    if (this.capabilities.has(capability)) return;
    throw UnsupportedOperationError.of(operation, this.constructor.name, capability);
  }

  private unsupported(operation: string, capability: Capability): Promise<never> {
    return Promise.reject(UnsupportedOperationError.of(operation, this.constructor.name, capability));
  }
}
