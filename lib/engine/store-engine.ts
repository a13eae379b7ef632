import type { Attempt } from '../jobs/attempt.js';
import type { Clock } from '../jobs/clock.js';
import type { JobId } from '../jobs/job-id.js';
import { JobCancelledError } from '../jobs/jobs.errors.js';
import type { NewRecurring } from '../scheduling/recurring.js';
import type { SchedulerCore } from '../scheduling/scheduler-core.js';
import type { WorkerEntry } from '../scheduling/job-entry.js';
import type { EntryRef, InsertResult, NewEntry } from '../scheduling/stored-entry.js';
import type { WorkerOptions } from '../scheduling/worker-options.js';
import type { ClaimedEntry, Demand, Exchange, Settlement, WorkSource } from '../worker/work-source.js';
import { Slots } from '../worker/slots.js';
import { type WorkerAbout, aboutWorker } from '../worker/worker-about.js';
import { WorkerPump } from '../worker/worker-pump.js';
import type { EntryStore } from './entry-store.js';
import { HERE } from './here.js';
import { RecurringEngine } from './recurring-engine.js';

/** A store, a clock and a worker: what all schedulers that keep entries have in common. */
export class StoreEngine implements WorkSource {
  private pump: WorkerPump | undefined;
  private slots: Slots | undefined;
  readonly perform: WorkSource['perform'];
  readonly answersMeanwhile: boolean;
  readonly mostBytes: number;
  private workingSince = Infinity;
  private readonly recurring: RecurringEngine;
  private wakes = true;
  private about: WorkerAbout | undefined;

  constructor(
    private readonly store: EntryStore,
    private readonly clock: Clock,
    private readonly core: SchedulerCore,
    readonly holdsLease: WorkSource['holdsLease'] = () => true,
  ) {
    this.recurring = new RecurringEngine(store, core, () => this.workingSince);
    this.perform = store.perform;
    this.answersMeanwhile = store.answersMeanwhile ?? false;
    this.mostBytes = store.mostBytes ?? Infinity;
  }

  onDisk(): Promise<void> | undefined {
    return this.store.onDisk?.();
  }

  /** @param wakes whether it runs entries by itself when they are due, or only when {@link StoreEngine.runDue} is called. */
  async start(options: WorkerOptions, wakes = true): Promise<void> {
    if (this.pump) return;
    this.workingSince = this.clock.now();
    this.wakes = wakes;
    this.about = aboutWorker(options);
    await this.store.release(this.core.knows, ['unknown', 'refused']);
    // They outlast a stop: a rate limit holds across it.
    this.slots ??= new Slots(options);
    this.pump = new WorkerPump(this, this.core.runner, this.core.reporter, this.clock, this.slots, wakes);
    this.wake();
  }

  async stop(timeout: number): Promise<void> {
    const pump = this.pump;
    if (!pump) return;
    await pump.stop(timeout, this.core.operationTimeout);
    this.pump = undefined;
  }

  /** The worker of this process, while there is one. */
  get here(): WorkerEntry | undefined {
    if (!this.pump || !this.about) return undefined;
    const now = new Date(this.clock.now());
    return {
      id: HERE,
      ...this.about,
      isHere: true,
      startedAt: new Date(this.workingSince),
      seenAt: now,
      running: this.pump.attempts.length,
    };
  }

  /** What keeps every worker from beginning an entry of this queue, if anything does. */
  limitOf(queue: string, workers: readonly WorkerEntry[]): string | undefined {
    const isAlone = workers.length === 1 && workers[0]!.isHere;
    const here = this.pump ? this.slots?.limitOf(queue, this.clock.now()) : undefined;
    if (here !== undefined && isAlone) return here;
    // What a worker runs may be of a queue that has slots of its own there.
    const full = ({ concurrency, running, queues }: WorkerEntry) =>
      concurrency !== undefined &&
      running >= Object.values(queues).reduce((sum, own) => sum + own, concurrency);
    if (workers.length === 0 || !workers.every(full)) return undefined;
    return `all slots of all ${workers.length} workers are taken: raise \`concurrency\`, or start more workers.`;
  }

  /** How many attempts have been begun since the start. */
  get begun(): number {
    return this.pump?.begun ?? 0;
  }

  /** Aborts attempts, if they run here. */
  abort(ids: readonly JobId[], reason: () => Error): void {
    for (const id of ids) this.pump?.abort(id, reason());
  }

  abortAll(reason: () => Error): void {
    for (const attempt of this.attempts) attempt.abort(reason());
  }

  /** When the next entry or tick is due, as far as the worker has looked. */
  get nextAt(): number | undefined {
    return this.pump?.wakesAt;
  }

  async insert(entries: readonly NewEntry[], transaction?: unknown): Promise<readonly InsertResult[]> {
    const results = await this.store.insert(entries, this.clock.now(), transaction);
    this.wake();
    return results;
  }

  /** For a store that can give each of several entries a fate of its own. */
  async insertEach<T>(write: () => Promise<T>): Promise<T> {
    const results = await write();
    this.wake();
    return results;
  }

  async cancel(ref: EntryRef): Promise<boolean> {
    const now = this.clock.now();
    const entry = await this.store.cancel(ref, now);
    if (!entry) return false;
    if (entry.state === 'running')
      this.pump?.abort(entry.id, new JobCancelledError('The entry was cancelled.'));
    else this.core.reporter.cancelled(entry, now);
    return true;
  }

  /** After a change by which something may be due earlier. */
  wake(): void {
    if (this.wakes) this.pump?.wake();
  }

  /** What runs now. */
  get attempts(): readonly Attempt[] {
    return this.pump?.attempts ?? [];
  }

  /** Whether a claim is at work here, or waits to be reported. */
  holds(id: JobId, claim: number): boolean {
    return this.pump?.holds(id, claim) ?? false;
  }

  /** Runs what is due and what that schedules for now, until nothing is, and nothing runs but what is to be ignored. */
  async runDue(ignoring: ReadonlySet<Attempt>): Promise<void> {
    this.pump?.wake();
    await this.pump?.idle(ignoring);
  }

  async exchange(settlements: readonly Settlement[], demand: Demand): Promise<Exchange> {
    const now = this.clock.now();
    const nextTickAt = await this.recurring.tick(now);
    const exchange = await this.store.exchange(settlements, demand, this.core.knows, now);
    if (nextTickAt === undefined || (exchange.nextAt ?? Infinity) < nextTickAt) return exchange;
    return { ...exchange, nextAt: nextTickAt };
  }

  progress({ id, claim }: ClaimedEntry, fraction: number, note?: string): void {
    this.store.progress(id, claim, { fraction, ...(note !== undefined && { note }) });
  }

  async saveRecurring(wanted: NewRecurring): Promise<void> {
    await this.recurring.save(wanted, this.clock.now());
    this.wake();
  }

  /** @returns `false` where there is none of this id. */
  async changeRecurring(id: string, paused: boolean): Promise<boolean> {
    const isThere = await this.recurring.change(id, paused, this.clock.now());
    this.wake();
    return isThere;
  }

  /** Takes over what this process declares; what was declared before and is no longer goes away. */
  async declareRecurring(declared: readonly NewRecurring[]): Promise<void> {
    for (const one of declared) await this.saveRecurring(one);
    await this.store.retainDeclared(declared.map(({ id }) => id));
  }
}
