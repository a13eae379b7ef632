import type { EntryStore, Knows } from '../../engine/entry-store.js';
import type { ServerClock } from '../../engine/server-clock.js';
import type { Claims, SharedStore } from '../../engine/shared-store.js';
import type { JobId } from '../../jobs/job-id.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import { LineLogger } from '../../jobs/line.logger.js';
import { messageOf } from '../../jobs/thrown.js';
import type { ParkedReason } from '../../jobs/unrunnable-job.error.js';
import type { JobState, QueueEntry, WorkerEntry } from '../../scheduling/job-entry.js';
import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredRecurring } from '../../scheduling/recurring.js';
import { SchedulerUnavailableError } from '../../scheduling/scheduling.errors.js';
import type {
  Adoption,
  EntryRef,
  InsertResult,
  NewEntry,
  StoredEntry,
} from '../../scheduling/stored-entry.js';
import type { Demand, Exchange, Settlement } from '../../worker/work-source.js';
import type { WorkerAbout } from '../../worker/worker-about.js';
import type { Access } from './access.js';
import { CallersCommits } from './callers-commits.js';
import type { Installation } from './installation.js';
import { PgAdoption } from './pg-adoption.js';
import { PgCalls } from './pg-calls.js';
import { PgEntries } from './pg-entries.js';
import { PgExchange } from './pg-exchange.js';
import { PgInsert } from './pg-insert.js';
import { listStatement, toPage } from './pg-list.js';
import { PgPauses } from './pg-pauses.js';
import { pruneSome } from './pg-prune.js';
import { PgQueues } from './pg-queues.js';
import { readTime } from './pg-time.js';
import { PgRecurring } from './pg-recurring.js';
import { PgWorkers } from './pg-workers.js';
import { PgWrites } from './pg-writes.js';
import { RecurringChanges } from './recurring-changes.js';
import { TransactionalAttempts } from './transactional-attempts.js';

export interface StoreSettings {
  /** The most that a call may take, in ms. */
  readonly operationTimeout: number;
  /** In ms. */
  readonly lease: number;
  /** In seconds. */
  readonly retention: number;
  readonly transactionalWork: boolean;
  readonly channel: string;
}

/** Entries in the table of pg-boss's queue, which any number of processes work on. */
export class PgBossStore implements SharedStore {
  readonly calls: PgCalls;
  readonly writes: PgWrites;
  private readonly workers: PgWorkers;
  private readonly recurringJobs: PgRecurring;
  readonly commits: CallersCommits;
  readonly answersMeanwhile = true;
  readonly perform: EntryStore['perform'];
  private readonly logger = new LineLogger('PgBossScheduler');
  private readonly entries: PgEntries;
  private readonly adoption: PgAdoption;
  private readonly exchanges: PgExchange;
  private readonly pauses: PgPauses;
  private readonly queuesOf: PgQueues;
  private readonly changes: RecurringChanges;

  constructor(
    access: Access,
    private readonly clock: ServerClock,
    private readonly installation: Installation,
    { operationTimeout, channel, retention, lease, transactionalWork }: StoreSettings,
    kinds: () => readonly StoredKind[],
    onCommit: (entries: readonly NewEntry[], results: readonly InsertResult[]) => void,
  ) {
    const inserts = new PgInsert(installation, channel, retention);
    this.calls = new PgCalls(access, operationTimeout);
    this.commits = new CallersCommits(channel, onCommit);
    this.writes = new PgWrites(this.calls, clock, inserts, this.commits);
    this.workers = new PgWorkers(installation, lease);
    this.recurringJobs = new PgRecurring(installation, inserts);
    this.changes = new RecurringChanges(this.calls, this.recurringJobs, this.workers, channel);
    this.exchanges = new PgExchange(installation, kinds);
    this.entries = new PgEntries(installation, this.calls, channel);
    this.adoption = new PgAdoption(installation, channel, retention);
    this.pauses = new PgPauses(installation, this.calls, channel);
    this.queuesOf = new PgQueues(installation, this.calls);
    if (transactionalWork) {
      const attempts = new TransactionalAttempts(access, this.exchanges);
      this.perform = (attempt, run) => attempts.perform(attempt, run);
    }
  }

  open(): void {}

  close(): Promise<void> {
    return this.calls.access.close();
  }

  /** The server's clock, in ms since 1970. */
  time(): Promise<number> {
    return this.calls.do(readTime);
  }

  insert(entries: readonly NewEntry[], _now: number, transaction?: unknown): Promise<InsertResult[]> {
    return transaction === undefined
      ? this.writes.insertAll(entries)
      : this.writes.insertIn(transaction, entries);
  }

  adopt(entries: readonly StoredEntry[]): Promise<Adoption> {
    return this.calls.inTransactionAgain((transaction) => this.adoption.adopt(transaction, entries));
  }

  find(ref: EntryRef): Promise<StoredEntry | undefined> {
    return this.entries.find(ref);
  }

  async list(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    const { text, values } = listStatement(this.installation, query);
    return toPage(await this.calls.queryAlongIndexes(text, values), query.limit);
  }

  counts(): Promise<Record<JobState, number>> {
    return this.entries.counts();
  }

  queues(): Promise<QueueEntry[]> {
    return this.queuesOf.all();
  }

  livingWorkers(): Promise<WorkerEntry[]> {
    return this.calls.do((executor) => this.workers.living(executor));
  }

  oldestDue(): Promise<number | undefined> {
    return this.queuesOf.oldestDue();
  }

  cancel(ref: EntryRef): Promise<StoredEntry | undefined> {
    return this.entries.cancel(ref);
  }

  reschedule(ref: EntryRef, runAt: number): Promise<boolean> {
    return this.entries.reschedule(ref, runAt);
  }

  retry(id: JobId, now: number): Promise<boolean> {
    return this.entries.retry(id, now);
  }

  progress(id: JobId, claim: number, progress: NonNullable<StoredEntry['progress']>): void {
    // Nobody waits for it: what cannot be shown is no reason to fail an attempt.
    this.entries.progress(id, claim, progress).catch((error: unknown) => {
      this.logger.debug(`A progress could not be written: ${messageOf(error)}`);
    });
  }

  async exchange(
    settlements: readonly Settlement[],
    demand: Demand,
    _knows: Knows,
    now: number,
  ): Promise<Exchange> {
    const { id } = this.workers;
    const exchange =
      id === undefined
        ? undefined
        : await this.calls.do((executor) => this.exchanges.exchange(executor, id, settlements, demand, now));
    if (exchange) return exchange;
    throw new SchedulerUnavailableError(
      'This worker stood still for longer than its lease, and others took it for dead: it takes a new place.',
    );
  }

  /** Claims whose attempts never began, and so do not count. */
  giveBack(claims: readonly { id: JobId; claim: number }[]): Promise<void> {
    return this.calls.do((executor) => this.exchanges.giveBack(executor, claims));
  }

  release(knows: Knows, reasons: readonly ParkedReason[]): Promise<number> {
    return this.entries.release(knows, reasons);
  }

  async unfinished(): Promise<number> {
    const { scheduled, running, parked } = await this.counts();
    return scheduled + running + parked;
  }

  recurring(): readonly StoredRecurring[] {
    return this.recurringJobs.all();
  }

  updateRecurring(...args: Parameters<EntryStore['updateRecurring']>): Promise<void> {
    return this.changes.update(...args);
  }

  retainDeclared(ids: readonly string[]): Promise<void> {
    return this.changes.retainDeclared(ids);
  }

  workingSince(): Promise<number | undefined> {
    return this.calls.do((executor) => this.workers.workingSince(executor));
  }

  deleteRecurring(id: string): Promise<boolean> {
    return this.changes.delete(id);
  }

  tick(...args: Parameters<EntryStore['tick']>): Promise<boolean> {
    return this.changes.tick(...args);
  }

  pause(queue?: string): Promise<void> {
    return this.pauses.pause(queue);
  }

  resume(queue?: string): Promise<void> {
    return this.pauses.resume(queue);
  }

  isPaused(queue: string): Promise<boolean> {
    return this.pauses.isPaused(queue);
  }

  register(about: WorkerAbout): Promise<void> {
    return this.calls.do((executor) => this.workers.register(executor, about));
  }

  assertClock(): Promise<void> {
    return this.writes.assertClock();
  }

  unregister(): Promise<void> {
    return this.calls.do((executor) => this.workers.unregister(executor));
  }

  async renew(): Promise<boolean> {
    const sent = performance.now();
    const now = await this.calls.do((executor) => this.workers.renew(executor));
    if (now !== undefined) this.clock.learn(now, sent);
    return now !== undefined;
  }

  claims(): Promise<Claims> {
    return this.calls.do((executor) => this.workers.claims(executor));
  }

  bury(): Promise<{ waiting: number; ended: readonly StoredEntry[] }> {
    return this.calls.inTransaction((transaction) => this.workers.bury(transaction));
  }

  refreshRecurring(): Promise<void> {
    return this.calls.do((executor) => this.recurringJobs.refresh(executor));
  }

  sweepRecurring(): Promise<void> {
    return this.calls.do((executor) => this.recurringJobs.sweep(executor));
  }

  prune(): Promise<boolean> {
    return this.calls.inTransaction((transaction) => pruneSome(transaction, this.installation));
  }
}
