import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import type { Attempt } from '../jobs/attempt.js';
import type { Capability } from '../scheduling/capability.js';
import { type Duration, toMilliseconds } from '../scheduling/duration.js';
import { toJobEntry } from '../scheduling/entry-view.js';
import { InvalidScheduleError } from '../scheduling/invalid-schedule.error.js';
import type { JobEntry } from '../scheduling/job-entry.js';
import type { WorkerOptions } from '../scheduling/worker-options.js';
import { STORE_CAPABILITIES, StoreScheduler } from '../engine/store.scheduler.js';
import { MemoryStore } from '../schedulers/local/memory.store.js';
import { VirtualClock } from './virtual.clock.js';

const DEFAULT_PATIENCE = 1_000;

/**
 * A scheduler on a clock of its own, for tests: nothing runs until the test says so, and a week passes in
 * milliseconds. Retries, recurring jobs, keys and queues are those of the in-process scheduler.
 *
 * @example
 * ```ts
 * const module = await Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(JobScheduler).useClass(TestJobScheduler).compile();
 * const app = await module.createNestApplication().init();
 * const scheduler = app.get<TestJobScheduler>(JobScheduler);
 * await scheduler.advanceBy('30m');
 * ```
 * @publicApi
 */
export class TestJobScheduler extends StoreScheduler {
  readonly capabilities: ReadonlySet<Capability> = new Set(STORE_CAPABILITIES);
  protected readonly store = new MemoryStore();
  protected readonly clock: VirtualClock;
  private readonly patience: number;
  private everStarted = false;
  /** Attempts that were waited for in vain: they wait for their timeout. */
  private silent: ReadonlySet<Attempt> = new Set();

  /**
   * @param options how its clock goes.
   * @param options.now where the clock begins; the present moment by default.
   * @param options.patience how long, in ms of real time, a running attempt that has a timeout may be silent before
   * virtual time goes on towards that timeout. Attempts without one are waited for however long they take.
   * @default 1000
   */
  constructor({
    now: begin = new Date(),
    patience = DEFAULT_PATIENCE,
  }: { now?: Date; patience?: number } = {}) {
    super();
    this.patience = patience;
    this.clock = new VirtualClock(begin.getTime());
  }

  /** What the clock shows. */
  get now(): Date {
    return new Date(this.clock.now());
  }

  /** Entries that wait for their time, earliest first. */
  get pending(): readonly JobEntry[] {
    return this.store
      .list({ states: ['scheduled'], order: 'oldest-first', limit: Number.MAX_SAFE_INTEGER })
      .entries.toSorted((a, b) => a.runAt - b.runAt)
      .map((entry) => toJobEntry(entry, this.core.mapper));
  }

  /** Lets this much time pass, and runs what becomes due on the way, each entry at its own time. */
  async advanceBy(duration: Duration): Promise<void> {
    await this.advanceTo(new Date(this.clock.now() + toMilliseconds(duration)));
  }

  /** As {@link TestJobScheduler.advanceBy}, up to a moment. */
  async advanceTo(time: Date): Promise<void> {
    const target = time.getTime();
    if (!(target >= this.clock.now())) {
      throw new InvalidScheduleError(
        `Time does not go back: it is ${new Date(this.clock.now()).toISOString()}.`,
      );
    }
    await this.settle();
    for (let next = this.nextStop(); next <= target; next = this.nextStop()) {
      this.clock.moveTo(next);
      await this.settle();
    }
    this.clock.moveTo(target);
  }

  /** Runs what is due, and what that schedules for now, until nothing is. Returns how many attempts were begun. */
  async runDue(): Promise<number> {
    const before = this.engine.begun;
    await this.settle();
    return this.engine.begun - before;
  }

  protected override startWork(options: WorkerOptions): Promise<void> {
    this.everStarted = true;
    return this.engine.start(options, false);
  }

  /** Waits until nothing runs, or only attempts that wait for their timeout. */
  private async settle(): Promise<void> {
    if (!this.everStarted) {
      throw new EventFlowJobsError(
        'The worker is not started: call `await app.init()` first, without `worker: false`.',
      );
    }
    const idle = this.engine.runDue(this.silent);
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<'silent'>(
        (resolve) => (timer = setTimeout(resolve, this.patience, 'silent')),
      );
      const ended = await Promise.race([idle, patience]);
      clearTimeout(timer);
      if (ended !== 'silent') return;
      const left = this.engine.attempts.filter((attempt) => !this.silent.has(attempt));
      if (left.length > 0 && left.every(({ hasTimeout }) => hasTimeout)) {
        this.silent = new Set(this.engine.attempts);
        return;
      }
    }
  }

  /** The next moment at which anything may happen. */
  private nextStop(): number {
    const now = this.clock.now();
    const stops = [this.engine.nextAt, this.clock.nextAt].filter((at) => at !== undefined && at > now);
    return Math.min(...(stops as number[]), Infinity);
  }
}
