import { Logger } from '@nestjs/common';
import type { EntryStore, Knows } from '../../engine/entry-store.js';
import type { JobId } from '../../jobs/job-id.js';
import { messageOf, toError } from '../../jobs/outcome.js';
import type { ParkedReason } from '../../jobs/unrunnable-job.error.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredRecurring } from '../../scheduling/recurring.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import { SchedulerUnavailableError } from '../../scheduling/scheduling.errors.js';
import type { EntryRef, InsertResult, NewEntry, StoredEntry } from '../../scheduling/stored-entry.js';
import type { Demand, Exchange, Settlement } from '../../worker/work-source.js';
import type { Access, Executor } from './access.js';
import { CallersCommits } from './callers-commits.js';
import { callersTransaction, inSavepoint } from './callers-transaction.js';
import { InsertLanes } from './insert-lanes.js';
import type { Installation } from './installation.js';
import { PgEntries } from './pg-entries.js';
import { PgExchange } from './pg-exchange.js';
import { PgInsert } from './pg-insert.js';
import { listStatement, toPage } from './pg-list.js';
import { PgRecurring } from './pg-recurring.js';
import { PgWorkers } from './pg-workers.js';
import { TransactionalAttempts } from './transactional-attempts.js';
import { within } from './unavailable.js';

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
export class PgBossStore implements EntryStore {
  readonly workers: PgWorkers;
  readonly recurringJobs: PgRecurring;
  readonly answersMeanwhile = true;
  readonly perform: EntryStore['perform'];
  readonly commits: CallersCommits;
  /** Set to listen for the word of a caller's commit. */
  beforeCallersCommit: () => Promise<void> = async () => {};
  private readonly logger = new Logger('PgBossScheduler');
  private readonly entries: PgEntries;
  private readonly inserts: PgInsert;
  private readonly lanes: InsertLanes;
  private readonly lanesOfKeys: InsertLanes;
  private readonly exchanges: PgExchange;

  constructor(
    private readonly access: Access,
    private readonly installation: Installation,
    private readonly settings: StoreSettings,
    kinds: () => readonly StoredKind[],
    onCommit: (entries: readonly NewEntry[], results: readonly InsertResult[]) => void,
  ) {
    this.commits = new CallersCommits(settings.channel, onCommit);
    const { channel, retention, lease } = settings;
    this.workers = new PgWorkers(installation, lease);
    this.inserts = new PgInsert(installation, channel, retention);
    const lanes = () =>
      new InsertLanes((entries) => this.inserts.insert(access, entries), settings.operationTimeout);
    this.lanes = lanes();
    this.lanesOfKeys = lanes();
    this.recurringJobs = new PgRecurring(installation, this.inserts);
    this.exchanges = new PgExchange(installation, kinds);
    this.entries = new PgEntries(installation, (text, values) => this.query(text, values), channel);
    if (settings.transactionalWork) {
      const attempts = new TransactionalAttempts(access, this.exchanges);
      this.perform = (attempt, run) => attempts.perform(attempt, run);
    }
  }

  open(): void {}

  close(): Promise<void> {
    return this.access.close();
  }

  async insert(entries: readonly NewEntry[], _now: number, transaction?: unknown): Promise<InsertResult[]> {
    if (transaction === undefined) return accepted(await this.insertAll(entries));
    const executor = await callersTransaction(transaction);
    await this.beforeCallersCommit();
    const insert = async () => accepted(await this.inserts.insert(executor, entries));
    // Whoever catches a refusal and commits is to find none of them.
    const results = await (canBeRefusedInPart(entries) ? inSavepoint(executor, insert) : insert());
    return this.commits.wait(executor, entries, results);
  }

  /**
   * Each with a fate of its own. Keys go in a statement of their own: it waits where a transaction that is still open has
   * taken one of them, and that is nothing to the others.
   */
  async insertEach(entries: readonly NewEntry[]): Promise<readonly (InsertResult | Error)[]> {
    this.inserts.place(entries);
    const having = entries.filter(({ key }) => key !== undefined);
    if (having.length === 0) return this.insertBy(this.lanes, entries);
    if (having.length === entries.length) return this.insertBy(this.lanesOfKeys, entries);
    const write = (lanes: InsertLanes, some: readonly NewEntry[]) =>
      this.insertBy(lanes, some).catch((error: unknown) => some.map(() => toError(error)));
    const without = entries.filter(({ key }) => key === undefined);
    const results = await Promise.all([write(this.lanes, without), write(this.lanesOfKeys, having)]);
    const [ofThose, ofThese] = results.map((some) => some.values());
    return entries.map(({ key }) => (key === undefined ? ofThose! : ofThese!).next().value!);
  }

  private insertBy(
    lanes: InsertLanes,
    entries: readonly NewEntry[],
  ): Promise<readonly (InsertResult | Error)[]> {
    return within(this.settings.operationTimeout, lanes.add(entries));
  }

  find(ref: EntryRef): Promise<StoredEntry | undefined> {
    return this.entries.find(ref);
  }

  async list(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    const { text, values } = listStatement(this.installation, query);
    return toPage(await this.query(text, values), query.limit);
  }

  counts(): Promise<Record<JobState, number>> {
    return this.entries.counts();
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
        : await within(
            this.settings.operationTimeout,
            this.exchanges.exchange(this.access, id, settlements, demand, now),
          );
    if (exchange) return exchange;
    throw new SchedulerUnavailableError(
      'This worker stood still for longer than its lease, and others took it for dead: it takes a new place.',
    );
  }

  /** Claims whose attempts never began, and so do not count. */
  giveBack(claims: readonly { id: JobId; claim: number }[]): Promise<void> {
    return this.do((executor) => this.exchanges.giveBack(executor, claims));
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

  updateRecurring(
    id: string,
    change: (standing: StoredRecurring | undefined) => StoredRecurring,
  ): Promise<void> {
    return this.changeRecurring(async (transaction) => {
      const changed = change(await this.recurringJobs.find(transaction, id));
      await this.recurringJobs.put(transaction, changed);
      // At once: a declaration that no worker makes would be set aside before all of them are told.
      if (changed.declared) await this.workers.declareToo(transaction, id);
    });
  }

  retainDeclared(ids: readonly string[]): Promise<void> {
    return this.changeRecurring((transaction) => this.workers.declare(transaction, ids));
  }

  workingSince(): Promise<number | undefined> {
    return this.do((executor) => this.workers.workingSince(executor));
  }

  deleteRecurring(id: string): Promise<boolean> {
    return this.changeRecurring((transaction) => this.recurringJobs.delete(transaction, id));
  }

  async tick(before: StoredRecurring, after: StoredRecurring, entry: NewEntry | undefined): Promise<boolean> {
    const done = await this.inTransaction((transaction) =>
      this.recurringJobs.tick(transaction, before, after, entry),
    );
    await this.do((executor) => this.recurringJobs.refresh(executor));
    return done;
  }

  async pause(queue = ''): Promise<void> {
    const { schema } = this.installation;
    await this.query(`INSERT INTO ${schema}.eventflow_paused VALUES ($1) ON CONFLICT DO NOTHING`, [queue]);
  }

  async resume(queue?: string): Promise<void> {
    const { schema } = this.installation;
    await this.query(
      `WITH done AS (DELETE FROM ${schema}.eventflow_paused WHERE $1::text IS NULL OR queue = $1 RETURNING 1)
        SELECT pg_notify('${this.settings.channel}', 'due 0') FROM done LIMIT 1`,
      [queue ?? null],
    );
  }

  async isPaused(queue: string): Promise<boolean> {
    const { schema } = this.installation;
    const rows = await this.query(`SELECT 1 FROM ${schema}.eventflow_paused WHERE queue IN ('', $1)`, [
      queue,
    ]);
    return rows.length > 0;
  }

  /** @throws {SchedulerUnavailableError} where the server cannot be reached in time. */
  do<T>(run: (executor: Executor) => Promise<T>): Promise<T> {
    return within(this.settings.operationTimeout, run(this.access));
  }

  inTransaction<T>(run: (transaction: Executor) => Promise<T>): Promise<T> {
    return within(
      this.settings.operationTimeout,
      (async () => {
        const transaction = await this.access.begin();
        try {
          const result = await run(transaction);
          await transaction.commit();
          return result;
        } catch (error) {
          await transaction.rollback();
          throw error;
        }
      })(),
    );
  }

  private query<T>(text: string, values?: unknown[]): Promise<T[]> {
    return this.do(async (executor) => (await executor.executeSql(text, values)).rows as T[]);
  }

  /** All or none: where a key may be taken, in a transaction that is undone then. */
  private async insertAll(entries: readonly NewEntry[]): Promise<readonly (InsertResult | Error)[]> {
    if (entries.length === 1) return this.insertEach(entries);
    // Without keys it is one statement, which the server does whole or not at all.
    if (entries.every(({ key }) => key === undefined))
      return this.do((executor) => this.inserts.insert(executor, entries));
    return this.inTransaction(async (transaction) => {
      return accepted(await this.inserts.insert(transaction, entries));
    });
  }

  private async changeRecurring<T>(run: (transaction: Executor) => Promise<T>): Promise<T> {
    const result = await this.inTransaction(async (transaction) => {
      const changed = await run(transaction);
      await transaction.executeSql('SELECT pg_notify($1, $2)', [this.settings.channel, 'recurring']);
      return changed;
    });
    await this.do((executor) => this.recurringJobs.refresh(executor));
    return result;
  }
}

function canBeRefusedInPart(entries: readonly NewEntry[]): boolean {
  return (
    entries.length > 1 && entries.some(({ key, onConflict }) => key !== undefined && onConflict === 'reject')
  );
}

/** @throws the refusal, where there is one. */
function accepted(results: readonly (InsertResult | Error)[]): InsertResult[] {
  const refused = results.find((result) => result instanceof Error);
  if (refused) throw refused;
  return results as InsertResult[];
}
