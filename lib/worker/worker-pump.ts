import { AsyncLocalStorage } from 'node:async_hooks';
import { Attempt } from '../jobs/attempt.js';
import type { Clock } from '../jobs/clock.js';
import type { JobReporter } from '../jobs/job-reporter.js';
import type { JobRunner } from '../jobs/job-runner.js';
import { WorkerStoppedError } from '../jobs/jobs.errors.js';
import { LineLogger } from '../jobs/line.logger.js';
import type { AttemptResult } from '../jobs/outcome.js';
import { toError } from '../jobs/thrown.js';
import type { StoredEntry } from '../scheduling/stored-entry.js';
import type { JobId } from '../jobs/job-id.js';
import { AttemptReports } from './attempt-reports.js';
import { EndedAttempts } from './ended-attempts.js';
import { Reconnection } from './reconnection.js';
import type { LimitedStart } from './rate-limiter.js';
import { NO_DEMAND, type Slots, wantsAny } from './slots.js';
import type { ClaimedEntry, Demand, Exchange, Performed, Settlement, WorkSource } from './work-source.js';

/** Node takes no more, and would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

async function endsWithin(done: Promise<void>, timeout: number): Promise<boolean> {
  let limit: NodeJS.Timeout | undefined;
  const limited = new Promise<boolean>(
    (resolve) => (limit = setTimeout(resolve, Math.min(timeout, LONGEST_TIMER), false)),
  );
  const ended = await Promise.race([done.then(() => true), limited]);
  clearTimeout(limit);
  return ended;
}

function notBegun(entry: StoredEntry): AttemptResult {
  return { entry, outcome: { type: 'released' }, durationMs: 0 };
}

/** The label of the timer for the entry that is due next. */
export const NEXT_ENTRY = 'next entry';

/**
 * Claims as many due entries as there are free slots, runs each on its own, and reports back all that ended in one
 * turn of the event loop together. It sleeps until the next entry is due, or until it is woken.
 */
export class WorkerPump {
  private readonly logger = new LineLogger('EventFlowJobs');
  private readonly running = new Map<JobId, Attempt>();
  /** Jobs are not to see the AsyncLocalStorage of whoever happened to wake the worker: another request, another tenant. */
  private readonly inOwnContext = AsyncLocalStorage.snapshot();
  private readonly reconnection = new Reconnection();
  private readonly ended: EndedAttempts;
  private claiming = true;
  private turnPlanned = false;
  private turnRuns = false;
  private turnAgain = false;
  private cancelTimer: () => void = () => {};
  private idleListeners: { ignoring: ReadonlySet<Attempt>; resolve: () => void }[] = [];
  private nextAt: number | undefined;
  private attemptsBegun = 0;
  private readonly reports: AttemptReports;
  /** Those in queues with a rate limit. */
  private readonly limited = new Map<Attempt, LimitedStart>();

  constructor(
    private readonly source: WorkSource,
    private readonly runner: JobRunner,
    private readonly reporter: JobReporter,
    private readonly clock: Clock,
    private readonly slots: Slots,
    /** Whether it wakes by itself when the next entry is due. */
    private readonly sleeps = true,
  ) {
    this.ended = new EndedAttempts(source.mostBytes);
    this.reports = new AttemptReports(reporter, source, () => this.tellIdle());
  }

  /** Looks for due entries, soon: in this turn of the event loop the answer is shared by all who ask. */
  wake(): void {
    if (this.turnPlanned) return;
    this.turnPlanned = true;
    setImmediate(() => {
      this.turnPlanned = false;
      void this.inOwnContext(() => this.turn());
    });
  }

  /** Aborts the attempt at this entry, if it runs here. */
  abort(id: JobId, reason: Error): void {
    this.running.get(id)?.abort(reason);
  }

  /** Whether a claim is at work here, or waits to be reported. */
  holds(id: JobId, claim: number): boolean {
    const attempt = this.running.get(id);
    if (attempt && (attempt.entry as ClaimedEntry).claim === claim) return true;
    return this.ended.has(id, claim);
  }

  /** When the next entry is due, as far as is known. */
  get wakesAt(): number | undefined {
    return this.nextAt;
  }

  /** How many attempts it has begun so far. */
  get begun(): number {
    return this.attemptsBegun;
  }

  get attempts(): readonly Attempt[] {
    return [...this.running.values()];
  }

  /** Resolves once nothing runs but what is to be ignored, nothing is left to report, and nothing due can be claimed. */
  idle(ignoring: ReadonlySet<Attempt> = new Set()): Promise<void> {
    if (this.isIdle(ignoring)) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push({ ignoring, resolve }));
  }

  /**
   * Claims no more, and waits for what runs; after `timeout` ms of real time aborts it and puts it back. A store that
   * cannot be reached is given `patience` ms for that: what it is not told then, another worker finds out.
   */
  async stop(timeout: number, patience: number): Promise<void> {
    this.claiming = false;
    this.cancelTimer();
    if (!(await endsWithin(this.idle(), timeout))) {
      const left = this.attempts;
      // There may be none: then only a look for work had not ended.
      if (left.length > 0)
        this.logger.warn(`${left.length} attempts did not end within ${timeout} ms: their entries go back.`);
      for (const attempt of left) {
        attempt.abort(
          new WorkerStoppedError(`The worker stopped, and the attempt did not end within ${timeout} ms.`),
        );
      }
      if (!(await endsWithin(this.idle(), patience))) {
        this.logger.error(`The store cannot be told what became of ${this.ended.waitingCount} attempts.`);
      }
    }
    this.reconnection.stop();
  }

  private async turn(): Promise<void> {
    if (this.turnRuns) {
      this.turnAgain = true;
      return;
    }
    this.turnRuns = true;
    const settlements = this.ended.take();
    const now = this.clock.now();
    const demand = this.demand(now);
    // Ticks of recurring jobs come even while every slot is taken.
    const isTimeUp = this.claiming && this.nextAt !== undefined && this.nextAt <= now;
    const limitedUntil = this.slots.nextAt(now);
    let taken: readonly Attempt[] = [];
    const asked = performance.now();
    try {
      if (settlements.length > 0 || wantsAny(demand) || isTimeUp) {
        const exchange = await this.source.exchange(settlements, demand);
        taken = this.apply(settlements, exchange, asked, limitedUntil);
        this.reconnection.succeeded();
      }
      this.ended.written();
      if (this.ended.waitingCount > 0) this.turnAgain = true;
    } catch (error) {
      this.ended.putBack();
      this.reconnection.failed(toError(error), () => this.wake());
    }
    this.turnRuns = false;
    this.begin(taken, demand);
    if (this.turnAgain) {
      this.turnAgain = false;
      this.wake();
    }
    this.tellIdle();
  }

  private tellIdle(): void {
    this.idleListeners = this.idleListeners.filter(({ ignoring, resolve }) => {
      const idle = this.isIdle(ignoring);
      if (idle) resolve();
      return !idle;
    });
  }

  /** @param limitedUntil when a rate limit that held back this exchange lets go: by now it may have. */
  private apply(
    settlements: readonly Settlement[],
    { settled, claimed, parked, nextAt }: Exchange,
    asked: number,
    limitedUntil: number | undefined,
  ): readonly Attempt[] {
    const now = this.clock.now();
    this.reports.tell(settlements, settled, now);
    for (const entry of parked) this.reporter.parked(entry, now);
    const taken: Attempt[] = [];
    for (const entry of claimed) {
      if (this.claiming) taken.push(this.take(entry, asked));
      // Told to stop while the claim was on its way: it goes back, and has not begun.
      else this.ended.add({ claim: entry.claim, result: notBegun(entry) });
    }
    if (!this.claiming && claimed.length > 0) this.turnAgain = true;
    // What was parked took no slot: there may be more to claim.
    if (parked.length > 0) this.turnAgain = true;
    this.sleepUntil(Math.min(nextAt ?? Infinity, limitedUntil ?? Infinity));
    return taken;
  }

  private demand(now: number): Demand {
    if (!this.claiming || !this.source.holdsLease(performance.now())) return NO_DEMAND;
    return this.source.answersMeanwhile ? this.slots.demandOfHalf(now) : this.slots.demand(now);
  }

  private take(entry: ClaimedEntry, asked: number): Attempt {
    const attempt = new Attempt(entry, (fraction, note) => this.source.progress(entry, fraction, note));
    const start = this.slots.taken(entry.queue);
    if (start) this.limited.set(attempt, start);
    attempt.mayBegin = () => this.source.holdsLease(asked) && this.begins(start);
    this.running.set(entry.id, attempt);
    this.attemptsBegun += 1;
    return attempt;
  }

  /** The span of a rate limit begins now: so does the wait for its end. */
  private begins(start: LimitedStart | undefined): true {
    if (start) {
      start.at = this.clock.now();
      this.sleepUntil(this.nextAt ?? Infinity);
    }
    return true;
  }

  /** Where as many came as were asked for, there are more: they are asked for first, and come while these run. */
  private begin(taken: readonly Attempt[], { shared }: Demand): void {
    const runAll = (): void => taken.forEach((attempt) => this.run(attempt));
    const asksFirst =
      this.source.answersMeanwhile && taken.length >= shared && wantsAny(this.demand(this.clock.now()));
    if (taken.length === 0 || !asksFirst) return runAll();
    void this.turn();
    // The question leaves when all that is ready to run has: in this turn of the event loop that would be the attempts.
    setImmediate(() => this.inOwnContext(runAll));
  }

  private run(attempt: Attempt): void {
    const entry = attempt.entry as ClaimedEntry;
    void this.perform(attempt).then(({ result, settled }) => {
      // Its claim may have been lost meanwhile, and won again.
      if (this.running.get(entry.id) === attempt) this.running.delete(entry.id);
      this.slots.freed(entry.queue);
      this.forgetStart(attempt);
      if (settled) this.reporter.settled({ ...result, outcome: settled }, this.clock.now());
      else this.ended.add({ claim: entry.claim, result });
      this.wake();
    });
  }

  private forgetStart(attempt: Attempt): void {
    const start = this.limited.get(attempt);
    this.limited.delete(attempt);
    if (start?.at === Infinity) start.at = -Infinity;
  }

  private async perform(attempt: Attempt): Promise<Performed> {
    const run = () => this.runner.run(attempt, this.clock);
    return this.source.perform ? this.source.perform(attempt, run) : { result: await run() };
  }

  private sleepUntil(nextAt: number): void {
    this.cancelTimer();
    this.cancelTimer = () => {};
    const limited = this.slots.nextAt(this.clock.now());
    const at = Math.min(nextAt, limited ?? Infinity);
    this.nextAt = at === Infinity ? undefined : at;
    if (this.nextAt === undefined || !this.claiming || !this.sleeps) return;
    this.cancelTimer = this.clock.at(this.nextAt, () => this.wake(), NEXT_ENTRY);
  }

  private isIdle(ignoring: ReadonlySet<Attempt>): boolean {
    if (this.turnPlanned || this.turnRuns || this.ended.waitingCount > 0 || !this.reports.areTold)
      return false;
    for (const attempt of this.running.values()) if (!ignoring.has(attempt)) return false;
    return true;
  }
}
