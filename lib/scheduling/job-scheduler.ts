import type { JobId } from '../jobs/job-id.js';
import type { Job } from '../jobs/job.interface.js';
import type { JobPolicyOptions } from '../jobs/job-policy.js';
import { toError } from '../jobs/thrown.js';
import type { Duration } from './duration.js';
import { checkedMetadata } from './entry-planner.js';
import { entryToSchedule, recurringToSchedule } from './entry-to-schedule.js';
import { type Fates, GatheredCalls } from './gathered-calls.js';
import { InvalidScheduleError, readOnce, unreadable } from './invalid-schedule.error.js';
import { JointWrite } from './joint-write.js';
import { isRecurringId } from './recurring.js';
import {
  type RecurringSchedule,
  assertRecurringSchedule,
  copyOfRecurringSchedule,
} from './recurring-schedule.js';
import type { ScheduleEntry, ScheduleOptions } from './schedule-options.js';
import { SchedulerManagement, missingTime } from './scheduler-management.js';
import type { NewEntry } from './stored-entry.js';

/**
 * Schedules jobs, and manages what is scheduled. Inject it; for commands there is {@link CommandScheduler}.
 *
 * A scheduler of your own extends it: declare `capabilities` and override what `SchedulerBackend` says to.
 *
 * @publicApi
 */
export abstract class JobScheduler extends SchedulerManagement {
  private readonly gathered = new GatheredCalls(
    (entries) => this.writeEach(entries),
    () => this.pieceSize,
  );

  /**
   * Schedules a job to run as soon as a worker is free.
   *
   * @returns its id, once the entry is as durable as the scheduler can make it.
   * @throws see {@link JobScheduler.schedule}
   */
  scheduleNow(job: Job, options?: ScheduleOptions): Promise<JobId> {
    return this.scheduleOne(options, job);
  }

  /**
   * Schedules a job for a time, or after a delay: never earlier. A time in the past is now.
   *
   * @param when a `Date`; or a delay: `'90s'`, `'7 days'`, or milliseconds.
   * @returns its id, once the entry is as durable as the scheduler can make it. With `onConflict: 'keep'` and the key
   * taken: the id of the entry that stands.
   * @throws {InvalidScheduleError} for a time, key, policy or metadata that makes no sense.
   * @throws {JobNotRegisteredError} for a class that is not registered.
   * @throws {JobSerializationError} for data that would not come back as they are.
   * @throws {DuplicateJobKeyError} for a taken key with `onConflict: 'reject'`.
   * @throws {UnsupportedOperationError} for an option that this scheduler does not offer.
   * @throws {SchedulerUnavailableError} when the store cannot be reached in time.
   */
  schedule(job: Job, when: Date | Duration, options?: ScheduleOptions): Promise<JobId> {
    // Not to be taken for "now": a deadline whose setting is missing would fire at once.
    if (when === undefined) return Promise.reject(missingTime());
    return this.scheduleOne(options, job, when);
  }

  /**
   * Schedules all of them or none.
   *
   * @returns their ids, in the order of the entries.
   * @throws as {@link JobScheduler.schedule}; then nothing is stored.
   */
  async scheduleMany(
    entries: readonly ScheduleEntry[],
    options: { transaction?: unknown } = {},
  ): Promise<JobId[]> {
    const given = readOnce('What scheduleMany() was given', () => copiesOf(entries));
    if (given.length === 0) return [];
    const transaction = commonTransaction(given, options.transaction);
    const all = new JointWrite<NewEntry, JobId>(given.length, (ready) => this.write(ready, transaction));
    return Promise.all(
      given.map(async (entry) => {
        let added = false;
        try {
          const id = await this.throughInterceptors({ ...entry, transaction }, (planned) => {
            added = true;
            return all.add(planned);
          });
          if (!added) all.skip();
          return id;
        } catch (error) {
          all.fail(error);
          throw error;
        }
      }),
    );
  }

  /**
   * Runs a job again and again, once per tick in the whole cluster. Called again with the same id it replaces; with
   * the same schedule, no tick is lost or doubled.
   *
   * @param id 1 to 255 characters, NUL not among them.
   * @throws {InvalidScheduleError} for a cron line, time zone or duration that makes no sense.
   */
  async scheduleRecurring(
    id: string,
    job: Job,
    schedule: RecurringSchedule,
    options: JobPolicyOptions = {},
  ): Promise<void> {
    this.assertCapability('recurring', 'scheduleRecurring()');
    this.core.discover();
    if (!isRecurringId(id)) {
      throw new InvalidScheduleError(
        'The id of a recurring job must be well-formed text of 1 to 255 characters without NUL: give it a name.',
      );
    }
    const ticking = copyOfRecurringSchedule(schedule);
    assertRecurringSchedule(ticking);
    const { checked, ...planned } = this.core.planner.planJob(job, options);
    this.assertStorable(planned);
    const kept = { id, schedule: ticking, declared: false, ...planned };
    const open = recurringToSchedule(id, job, planned);
    await this.readyToSchedule(checked);
    await this.core.interceptors.schedule(open, async () => {
      await this.saveRecurring({ ...kept, metadata: checkedMetadata(open.metadata) });
      return id;
    });
  }

  private scheduleOne(
    options: ScheduleOptions | undefined,
    job: Job,
    when?: Date | Duration,
  ): Promise<JobId> {
    let entry: ScheduleEntry;
    try {
      // A long text would be a million fields.
      if (typeof (options ?? {}) !== 'object') throw new TypeError('no object');
      entry = when === undefined ? { ...options, job } : { ...options, job, when };
    } catch (cause) {
      return Promise.reject(unreadable('The options of the call', cause));
    }
    const { transaction } = entry;
    return this.throughInterceptors(entry, (planned) => {
      if (transaction === undefined && this.insertEach) return this.gathered.add(planned);
      return this.writeOne(planned, transaction);
    });
  }

  /** The way of every entry: plan, interceptors, store. All that the caller might change is read before the first await. */
  private throughInterceptors(
    entry: ScheduleEntry,
    store: (planned: NewEntry) => Promise<JobId>,
  ): Promise<JobId> {
    try {
      this.assertServable(entry);
      this.core.discover();
      const { planned, checked } = this.core.planner.plan(entry, this.currentTime());
      this.assertStorable(planned);
      // Of 50,000 calls in one turn, each promise that a call takes is one that lives until all are stored.
      if (!checked && this.isOpen && !this.core.interceptors.surroundSchedule) return store(planned);
      return this.onceReady(entry.job, planned, checked, store);
    } catch (error) {
      return Promise.reject(toError(error));
    }
  }

  private async onceReady(
    job: Job,
    planned: NewEntry,
    checked: Promise<void> | undefined,
    store: (planned: NewEntry) => Promise<JobId>,
  ): Promise<JobId> {
    const open = entryToSchedule(job, planned);
    await this.readyToSchedule(checked);
    let stored: Promise<JobId> | undefined;
    return this.core.interceptors.schedule(open, async () => {
      // An interceptor that calls next() twice gets the same entry twice.
      stored ??= store({ ...planned, metadata: checkedMetadata(open.metadata) });
      return stored;
    });
  }

  private async readyToSchedule(checked: Promise<void> | undefined): Promise<void> {
    this.assertOpen();
    // Together, so that a refusal by a schema is not left without a listener while the store opens.
    await (checked ? Promise.all([this.opened(), checked]) : this.opened());
  }

  private async writeOne(entry: NewEntry, transaction: unknown): Promise<JobId> {
    const entries = [entry];
    const results = await this.insert(entries, transaction);
    this.reportWritten(entries, results);
    return results[0]!.id;
  }

  private async write(entries: readonly NewEntry[], transaction: unknown): Promise<JobId[]> {
    const results = await this.insert(entries, transaction);
    this.reportWritten(entries, results);
    return results.map(({ id }) => id);
  }

  private async writeEach(entries: readonly NewEntry[]): Promise<Fates> {
    const results = await this.insertEach!(entries);
    results.forEach((result, index) => {
      if (!(result instanceof Error)) this.reportWritten([entries[index]!], [result]);
    });
    return results.map((result) => (result instanceof Error ? result : result.id));
  }
}

function copiesOf(entries: readonly ScheduleEntry[]): ScheduleEntry[] {
  if (!Array.isArray(entries)) throw new InvalidScheduleError('scheduleMany() takes a list of entries.');
  return Array.from(entries as readonly ScheduleEntry[], (entry) => {
    if (typeof entry !== 'object' || entry === null)
      throw new InvalidScheduleError('Each entry of scheduleMany() is an object with a `job`.');
    return { ...entry };
  });
}

/** What is written as one can be part of one transaction only. */
function commonTransaction(entries: readonly ScheduleEntry[], ofCall: unknown): unknown {
  const all = new Set(entries.map(({ transaction }) => transaction ?? ofCall));
  if (all.size === 1) return [...all][0];
  throw new InvalidScheduleError(
    'scheduleMany() stores all or none: its entries cannot be part of different transactions.',
  );
}
