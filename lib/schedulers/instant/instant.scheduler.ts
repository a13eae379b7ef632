import { Attempt } from '../../jobs/attempt.js';
import { SystemClock } from '../../jobs/clock.js';
import { LineLogger } from '../../jobs/line.logger.js';
import { toStoredError } from '../../jobs/thrown.js';
import type { Capability } from '../../scheduling/capability.js';
import { JobScheduler } from '../../scheduling/job-scheduler.js';
import type { ScheduleEntry } from '../../scheduling/schedule-options.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';

/**
 * Runs what is scheduled at once, in the caller: EventFlow's `InstantJobScheduler`. A copy made by the round trip of
 * every other scheduler is what runs, so that data which would not survive one is found here already.
 */
class InstantScheduler extends JobScheduler {
  readonly capabilities: ReadonlySet<Capability> = new Set<Capability>();
  private readonly logger = new LineLogger('InstantScheduler');
  private readonly clock = new SystemClock();
  private held: NewEntry[] | undefined;

  /** A key is free at once, since nothing waits; a time is ignored with a warning. */
  protected override assertServable({ transaction }: ScheduleEntry): void {
    if (transaction !== undefined) this.assertCapability('transaction', "the caller's transaction");
  }

  protected override async insert(entries: readonly NewEntry[]): Promise<readonly InsertResult[]> {
    for (const entry of entries) {
      if (entry.runAt > entry.scheduledAt) this.warnOfTime(entry);
      this.core.reporter.scheduled(entry);
      if (this.held) this.held.push(entry);
      else await this.run(entry);
    }
    // Their events came before they ran.
    return entries.map(({ id }) => ({ id, inserted: true, reported: true }));
  }

  /** While the app starts no handler is registered: what came now would be lost. It runs when all is there. */
  protected override async onStarting(): Promise<void> {
    this.held = [];
  }

  protected override async onStarted(): Promise<void> {
    const held = this.held ?? [];
    this.held = undefined;
    for (const entry of held) await this.run(entry);
  }

  private async run(entry: NewEntry): Promise<void> {
    const attempt = new Attempt({
      ...entry,
      attempts: 1,
      attempt: 1,
      state: 'running',
      startedAt: this.currentTime(),
    });
    const result = await this.core.runner.run(attempt, this.clock);
    const { outcome, error } = result;
    const once =
      outcome.type === 'snoozed' || outcome.type === 'parked'
        ? { type: 'failed' as const, error: toStoredError(error!) }
        : outcome;
    this.core.reporter.settled({ ...result, outcome: once }, this.currentTime());
  }

  private warnOfTime({ name, command, runAt }: NewEntry): void {
    this.logger.warn(
      `${command?.name ?? name} was scheduled for ${new Date(runAt).toISOString()}, but runs now: the instant scheduler ` +
        'ignores times. Choose inProcessScheduler() or a durable one as `scheduler` of EventFlowJobsModule.forRoot().',
    );
  }
}

/**
 * The default, and EventFlow's: runs a copy of the job at once, in the caller, before the promise resolves. Times are
 * ignored with a warning; what the job throws is logged, not thrown to the caller; there is one attempt.
 *
 * @publicApi
 */
export function instantScheduler(): SchedulerFactory {
  return { kind: 'instant', create: () => new InstantScheduler() };
}
