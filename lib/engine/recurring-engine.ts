import { LineLogger } from '../jobs/line.logger.js';
import { messageOf } from '../jobs/thrown.js';
import { SchedulerUnavailableError } from '../scheduling/scheduling.errors.js';
import type { NewRecurring, StoredRecurring } from '../scheduling/recurring.js';
import type { SchedulerCore } from '../scheduling/scheduler-core.js';
import type { EntryStore } from './entry-store.js';
import { planRecurring, resumed, tickOf } from './recurring-ticks.js';

/** The recurring jobs of a store: what stands of them there, and their ticks. */
export class RecurringEngine {
  private readonly logger = new LineLogger('EventFlowJobs');

  constructor(
    private readonly store: EntryStore,
    private readonly core: SchedulerCore,
    /** Since when this process works; never, before it does. */
    private readonly workingSince: () => number,
  ) {}

  async save(wanted: NewRecurring, now: number): Promise<void> {
    await this.store.updateRecurring(
      wanted.id,
      (standing) => planRecurring(wanted, standing, now),
      wanted.declared,
    );
  }

  /** @returns `false` where there is none of this id. */
  async change(id: string, paused: boolean, now: number): Promise<boolean> {
    let isThere = false;
    await this.store.updateRecurring(id, (standing) => {
      isThere = standing !== undefined;
      return standing && (paused ? { ...standing, paused } : resumed(standing, now));
    });
    return isThere;
  }

  /**
   * Inserts the entries of the ticks that are due. Gives the time of the next tick. A job that only another process
   * knows is that process's to tick: here its entries would pile up.
   */
  async tick(now: number): Promise<number | undefined> {
    let next: number | undefined;
    for (const recurring of await this.store.recurring()) {
      if (!this.core.knows(recurring.stored)) continue;
      const after = isDue(recurring, now) ? await this.tickSafely(recurring, now) : recurring;
      if (after.nextRunAt !== undefined && (next === undefined || after.nextRunAt < next))
        next = after.nextRunAt;
    }
    return next;
  }

  /** One that cannot be ticked must not hold up the others, nor the entries. */
  private async tickSafely(due: StoredRecurring, now: number): Promise<StoredRecurring> {
    try {
      return await this.tickOne(due, now);
    } catch (error) {
      if (error instanceof SchedulerUnavailableError) throw error;
      this.logger.error(
        `The recurring job '${due.id}' cannot be ticked, and is left out: ${messageOf(error)}`,
      );
      const { nextRunAt: _wrong, ...idle } = due;
      await this.store.tick(due, idle, undefined);
      return idle;
    }
  }

  private async tickOne(due: StoredRecurring, now: number): Promise<StoredRecurring> {
    const since = Math.min(this.workingSince(), (await this.store.workingSince()) ?? Infinity);
    const { after, entry } = tickOf(due, now, since);
    if ((await this.store.tick(due, after, entry)) && entry) this.core.reporter.scheduled(entry);
    return after;
  }
}

function isDue({ nextRunAt }: StoredRecurring, now: number): boolean {
  return nextRunAt !== undefined && nextRunAt <= now;
}
