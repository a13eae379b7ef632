import type { JobId } from '../jobs/job-id.js';
import type { Job } from '../jobs/job.interface.js';
import { type JobPolicyOptions, problemOfPolicy } from '../jobs/job-policy.js';
import { toError } from '../jobs/outcome.js';
import { printable } from '../serialization/printable.js';
import type { Capability } from './capability.js';
import type { Duration } from './duration.js';
import { checkedMetadata } from './entry-planner.js';
import { toJobEntry } from './entry-view.js';
import { explainEntry } from './explanation.js';
import { type Fates, GatheredCalls } from './gathered-calls.js';
import { InvalidScheduleError, readOnce, shortened, shown, unreadable } from './invalid-schedule.error.js';
import type {
  IdOrKey,
  JobEntry,
  JobExplanation,
  JobPage,
  JobState,
  ListFilter,
  RecurringEntry,
} from './job-entry.js';
import { JointWrite } from './joint-write.js';
import { toEntryRef, toId, toListQuery } from './queries.js';
import { isRecurringId } from './recurring.js';
import {
  type RecurringSchedule,
  assertRecurringSchedule,
  copyOfRecurringSchedule,
} from './recurring-schedule.js';
import { toRunTime } from './run-time.js';
import type { ScheduleEntry, ScheduleOptions } from './schedule-options.js';
import { SchedulerBackend } from './scheduler-backend.js';
import type { InsertResult, NewEntry } from './stored-entry.js';

/**
 * Schedules jobs, and manages what is scheduled. Inject it; for commands there is {@link CommandScheduler}.
 *
 * A scheduler of your own extends it: declare `capabilities` and override what {@link SchedulerBackend} says to.
 *
 * @publicApi
 */
export abstract class JobScheduler extends SchedulerBackend {
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

  /** Entries in the order in which they were scheduled, page by page; entries that come or end meanwhile shift none. */
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
      return {
        reason: 'unknown',
        text: `There is no entry ${named}: it never was, or is no longer kept.`,
      };
    }
    return explainEntry(entry, this.currentTime(), await this.findObstacles(entry));
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
    const open = { metadata: {}, job };
    await this.readyToSchedule(checked);
    await this.core.interceptors.schedule(open, async () => {
      await this.saveRecurring({ ...kept, metadata: checkedMetadata(open.metadata) });
      return id;
    });
  }

  /** @returns `false` where there was none of this id. */
  async removeRecurring(id: string): Promise<boolean> {
    await this.begin('recurring', 'removeRecurring()');
    // Nothing has an id that was refused, and not every store takes it in a question.
    return isRecurringId(toId(id)) && this.deleteRecurring(id);
  }

  async listRecurring(): Promise<RecurringEntry[]> {
    await this.begin('recurring', 'listRecurring()');
    return (await this.findRecurring()).map(({ id, stored, schedule, nextRunAt, lastRunAt }) => ({
      id,
      name: stored.name,
      version: stored.version,
      schedule: { ...schedule },
      ...(nextRunAt !== undefined && { nextRunAt: new Date(nextRunAt) }),
      ...(lastRunAt !== undefined && { lastRunAt: new Date(lastRunAt) }),
    }));
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
    const open = { metadata: { ...planned.metadata }, job };
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

function missingTime(): InvalidScheduleError {
  return new InvalidScheduleError('No time was given: pass a Date or a delay, or call scheduleNow().');
}

/** @throws {InvalidScheduleError} where no queue can have that name. */
function assertQueue(queue: unknown): void {
  const problem = queue === undefined ? undefined : problemOfPolicy({ queue: queue as string });
  if (problem !== undefined) throw new InvalidScheduleError(`${shown(queue)} is no queue: ${problem}.`);
}
