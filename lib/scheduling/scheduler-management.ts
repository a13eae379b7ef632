import type { JobId } from '../jobs/job-id.js';
import { problemOfPolicy } from '../jobs/job-policy.js';
import { printable } from '../serialization/printable.js';
import type { Capability } from './capability.js';
import type { Duration } from './duration.js';
import { toJobEntry, toRecurringEntry } from './entry-view.js';
import { explainEntry } from './explanation.js';
import { InvalidScheduleError, shortened, shown } from './invalid-schedule.error.js';
import type {
  IdOrKey,
  JobEntry,
  JobExplanation,
  JobPage,
  JobState,
  ListFilter,
  QueueEntry,
  RecurringEntry,
  WorkerEntry,
} from './job-entry.js';
import { toEntryRef, toId, toListQuery } from './queries.js';
import { entryOfRecurring, isRecurringId } from './recurring.js';
import { toRunTime } from './run-time.js';
import { SchedulerBackend } from './scheduler-backend.js';
import type { InsertResult, NewEntry } from './stored-entry.js';

/**
 * Looks at what is scheduled, and steers it: a part of `JobScheduler`.
 *
 * @publicApi
 */
export abstract class SchedulerManagement extends SchedulerBackend {
  /**
   * Cancels an entry. One that runs has its signal aborted, in whichever process it runs, and ends as `cancelled`.
   *
   * @returns `true`: it was pending and will not run, or was running and is told to stop. `false`: there is no such
   * entry, or it has ended.
   */
  async cancel(idOrKey: IdOrKey): Promise<boolean> {
    await this.begin('cancel', 'cancel()');
    return this.cancelEntry(toEntryRef(idOrKey));
  }

  /**
   * Gives an entry that waits another time.
   *
   * @returns `false` where there is no such entry, or where it runs or has ended.
   */
  async reschedule(idOrKey: IdOrKey, when: Date | Duration): Promise<boolean> {
    if (when === undefined) throw missingTime();
    await this.begin('reschedule', 'reschedule()');
    return this.rescheduleEntry(toEntryRef(idOrKey), toRunTime(when, this.currentTime()));
  }

  /**
   * Runs a failed or parked entry again, now, from attempt 1.
   *
   * @returns `false` where there is no such entry, or where it is neither failed nor parked.
   */
  async retry(id: JobId): Promise<boolean> {
    await this.begin('retry', 'retry()');
    return this.retryEntry(toId(id));
  }

  /** The entry, or `undefined`: finished ones are kept for a while only. */
  async get(idOrKey: IdOrKey): Promise<JobEntry | undefined> {
    await this.begin('query', 'get()');
    const entry = await this.findEntry(toEntryRef(idOrKey));
    return entry && toJobEntry(entry, this.core.mapper);
  }

  /** Entries by when they were scheduled, page by page; entries that come or end meanwhile shift none. */
  async list(filter: ListFilter = {}): Promise<JobPage> {
    await this.begin('query', 'list()');
    const { entries, cursor } = await this.listEntries(toListQuery(filter ?? {}));
    return {
      entries: entries.map((entry) => toJobEntry(entry, this.core.mapper)),
      ...(cursor !== undefined && { cursor }),
    };
  }

  /** How many entries there are in each state; finished ones are kept for a while only. */
  async counts(): Promise<Record<JobState, number>> {
    await this.begin('query', 'counts()');
    return this.countEntries();
  }

  /** Why has it not run? `reason` is a word for programs, `text` a sentence for people. */
  async explain(id: JobId): Promise<JobExplanation> {
    await this.begin('query', 'explain()');
    const ref = toEntryRef(id);
    const entry = await this.findEntry(ref);
    if (!entry) {
      const named = printable(shortened('id' in ref ? ref.id : ref.key));
      return { reason: 'unknown', text: `There is no entry ${named}: it never was, or is no longer kept.` };
    }
    return explainEntry(entry, this.currentTime(), await this.findObstacles(entry));
  }

  /** @returns `false` where there was none of this id. */
  async removeRecurring(id: string): Promise<boolean> {
    await this.begin('recurring', 'removeRecurring()');
    // Nothing has an id that was refused, and not every store takes it in a question.
    return isRecurringId(toId(id)) && this.deleteRecurring(id);
  }

  async listRecurring(): Promise<RecurringEntry[]> {
    await this.begin('recurring', 'listRecurring()');
    return (await this.findRecurring()).map(toRecurringEntry);
  }

  /**
   * Lets the ticks of a recurring job pass without an entry, until {@link SchedulerManagement.resumeRecurring}; entries of
   * ticks before stay. It outlasts a restart where the store does, and a schedule that is changed.
   *
   * @returns `false` where there is none of this id.
   */
  async pauseRecurring(id: string): Promise<boolean> {
    await this.begin('recurring', 'pauseRecurring()');
    return isRecurringId(toId(id)) && this.changeRecurring(id, true);
  }

  /** Ends a pause: it runs again from its next tick on, and those that passed are not made up for. */
  async resumeRecurring(id: string): Promise<boolean> {
    await this.begin('recurring', 'resumeRecurring()');
    return isRecurringId(toId(id)) && this.changeRecurring(id, false);
  }

  /**
   * Schedules an entry of a recurring job for now, beside those of its ticks.
   *
   * @returns the id of the entry, or `undefined` where there is no recurring job of this id.
   */
  async triggerRecurring(id: string): Promise<JobId | undefined> {
    await this.begin('recurring', 'triggerRecurring()');
    const recurring = (await this.findRecurring()).find((one) => one.id === toId(id));
    if (!recurring) return undefined;
    const now = this.currentTime();
    const entries = [entryOfRecurring(recurring, now, now)];
    const results = await this.insert(entries);
    this.reportWritten(entries, results);
    return results[0]!.id;
  }

  /** Begins no more attempts of this queue, or of all; what runs goes on. It outlasts a restart where the store does. */
  async pause(queue?: string): Promise<void> {
    await this.begin('pause', 'pause()');
    assertQueue(queue);
    await this.pauseQueue(queue);
  }

  /** Ends a pause; without a queue, every pause. */
  async resume(queue?: string): Promise<void> {
    await this.begin('pause', 'resume()');
    assertQueue(queue);
    await this.resumeQueue(queue);
  }

  /** The queues that have entries scheduled, or are paused, by name. */
  async queues(): Promise<QueueEntry[]> {
    await this.begin('query', 'queues()');
    return this.findQueues();
  }

  /** The workers that live, in every process where the scheduler is `distributed`; those that run longest come first. */
  async workers(): Promise<WorkerEntry[]> {
    await this.begin('query', 'workers()');
    return this.findWorkers();
  }

  /**
   * Since when the entry that has waited longest is due, of all that may be begun: `undefined` where nothing is overdue.
   * What of a paused queue waits does not count.
   */
  async oldestDue(): Promise<Date | undefined> {
    await this.begin('query', 'oldestDue()');
    const at = await this.findOldestDue();
    return at === undefined ? undefined : new Date(at);
  }

  /** Tells of entries that were inserted, and of those that they replaced. */
  protected reportWritten(entries: readonly NewEntry[], results: readonly InsertResult[]): void {
    results.forEach(({ replaced, inserted, reported }, index) => {
      if (reported) return;
      if (replaced) this.core.reporter.cancelled(replaced, this.currentTime());
      if (inserted) this.core.reporter.scheduled(entries[index]!);
    });
  }

  private async begin(capability: Capability, operation: string): Promise<void> {
    this.assertCapability(capability, operation);
    this.assertOpen();
    await this.opened();
  }
}

export function missingTime(): InvalidScheduleError {
  return new InvalidScheduleError('No time was given: pass a Date or a delay, or call scheduleNow().');
}

/** @throws {InvalidScheduleError} where no queue can have that name. */
function assertQueue(queue: unknown): void {
  const problem = queue === undefined ? undefined : problemOfPolicy({ queue: queue as string });
  if (problem !== undefined) throw new InvalidScheduleError(`${shown(queue)} is no queue: ${problem}.`);
}
