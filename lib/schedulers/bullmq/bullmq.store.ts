import type { Knows, RecurringChange } from '../../engine/entry-store.js';
import type { ServerClock } from '../../engine/server-clock.js';
import type { Claims, SharedStore } from '../../engine/shared-store.js';
import type { JobId } from '../../jobs/job-id.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import type { ParkedReason } from '../../jobs/unrunnable-job.error.js';
import {
  type JobState,
  MOST_COUNTED,
  type QueueEntry,
  type WorkerEntry,
} from '../../scheduling/job-entry.js';
import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredRecurring } from '../../scheduling/recurring.js';
import type {
  Adoption,
  EntryRef,
  InsertResult,
  NewEntry,
  StoredEntry,
} from '../../scheduling/stored-entry.js';
import type { Demand, Exchange, Settlement } from '../../worker/work-source.js';
import type { WorkerAbout } from '../../worker/worker-about.js';
import type { BullQueues } from './bull-queues.js';
import { type EntryFields, kindFrom, toEntry } from './entry-fields.js';
import { OwnInserts } from './own-inserts.js';
import { type AdoptAnswer, adoptArguments, toAdoption } from './redis-adoption.js';
import type { RedisAccess } from './redis-access.js';
import { type ExchangeAnswer, exchangeArguments, toExchange } from './redis-exchange.js';
import { type InsertAnswer, insertArguments, insertResults } from './redis-insert.js';
import { listPage } from './redis-list.js';
import { RedisRecurring } from './redis-recurring.js';
import { RedisWorkers } from './redis-workers.js';

export interface StoreSettings {
  /** The most that a call may take, in ms. */
  readonly operationTimeout: number;
  /** In ms. */
  readonly lease: number;
  /** `age`: in ms; `count`: of each queue and end. */
  readonly retention: { readonly age: number; readonly count: number };
  /** The queues that the worker takes from; empty means all. */
  readonly queues: readonly string[];
  /** When the server was started, by its own clock. */
  readonly serverStart: number;
}

const RELEASED_AT_ONCE = 500;
const PRUNED_AT_ONCE = 500;
/** So many steps in one call, since others wait for the worker meanwhile. */
const RELEASE_STEPS = 10;

/** Entries in the keys of BullMQ's queues, which any number of processes work on. */
export class BullMqStore implements SharedStore {
  private readonly workers: RedisWorkers;
  private readonly recurringJobs: RedisRecurring;
  private readonly ownInserts = new OwnInserts();

  constructor(
    private readonly access: RedisAccess,
    private readonly clock: ServerClock,
    private readonly settings: StoreSettings,
    kinds: () => readonly StoredKind[],
    private readonly bullQueues: BullQueues,
  ) {
    const { lease, serverStart } = settings;
    this.workers = new RedisWorkers(access, lease, kinds, () => clock.now(), serverStart);
    this.recurringJobs = new RedisRecurring(access);
  }

  open(): void {}

  async close(): Promise<void> {
    await this.bullQueues.close();
    await this.access.close();
  }

  async insert(entries: readonly NewEntry[]): Promise<InsertResult[]> {
    return (await this.store(entries, 'all')) as InsertResult[];
  }

  /** Each with a fate of its own. */
  insertEach(entries: readonly NewEntry[]): Promise<(InsertResult | Error)[]> {
    return this.store(entries, 'each');
  }

  /** One that was given up and comes later all the same does no harm: a second time it finds what is known. */
  async adopt(entries: readonly StoredEntry[]): Promise<Adoption> {
    for (const { queue } of entries) this.bullQueues.add(queue);
    return toAdoption(entries, await this.access.run<AdoptAnswer>('adopt', adoptArguments(entries)));
  }

  async find(ref: EntryRef): Promise<StoredEntry | undefined> {
    return entryOr(await this.access.run<EntryFields | null>('find', named(ref)));
  }

  list(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    return listPage((args) => this.access.run('list', args), query);
  }

  async counts(): Promise<Record<JobState, number>> {
    const [scheduled, running, succeeded, failed, cancelled, parked] =
      await this.access.run<[number, number, number, number, number, number]>('counts');
    return { scheduled, running, succeeded, failed, cancelled, parked };
  }

  async queues(): Promise<QueueEntry[]> {
    const rows = await this.access.run<[string, number, number][]>('queues');
    return rows.map(([name, scheduled, paused]) => ({
      name,
      scheduled: Math.min(scheduled, MOST_COUNTED),
      paused: paused === 1,
    }));
  }

  livingWorkers(): Promise<WorkerEntry[]> {
    return this.workers.living();
  }

  async oldestDue(): Promise<number | undefined> {
    const at = await this.access.run<string | null>('oldestDue');
    return at === null ? undefined : Number(at);
  }

  async cancel(ref: EntryRef): Promise<StoredEntry | undefined> {
    return entryOr(await this.access.run<EntryFields | null>('cancel', named(ref)));
  }

  async reschedule(ref: EntryRef, runAt: number): Promise<boolean> {
    return (await this.access.run('reschedule', [...named(ref), runAt])) === 1;
  }

  async retry(id: JobId, now: number): Promise<boolean> {
    return (await this.access.run('retry', [...named({ id }), now])) === 1;
  }

  progress(id: JobId, claim: number, progress: object): void {
    // Shown to people only: one that is lost is followed by the next.
    this.access.work('progress', [...named({ id }), claim, JSON.stringify(progress)]).catch(() => {});
  }

  async exchange(settlements: readonly Settlement[], demand: Demand, _knows: Knows): Promise<Exchange> {
    const sent = performance.now();
    const answer = await this.access.work<ExchangeAnswer>(
      'exchange',
      exchangeArguments(this.workers.id ?? '', settlements, demand, this.settings.queues),
    );
    this.clock.learn(Number(answer[0]), sent);
    const exchange = toExchange(settlements, answer);
    await this.ownInserts.answered(exchange.claimed);
    return exchange;
  }

  /** In steps, each of those that this process knows by now. */
  async release(knows: Knows, reasons: readonly ParkedReason[]): Promise<number> {
    const parked = await this.access.run<string[]>('parkedKinds');
    const known = parked.filter((name) => {
      const reason = reasons.find((one) => name.startsWith(one));
      return reason !== undefined && knows(kindFrom(name.slice(reason.length)));
    });
    let released = 0;
    for (let step = 0, last = RELEASED_AT_ONCE; known.length > 0 && last === RELEASED_AT_ONCE; step++) {
      if (step === RELEASE_STEPS) break;
      last = await this.access.run<number>('release', [RELEASED_AT_ONCE, ...known]);
      released += last;
    }
    return released;
  }

  async unfinished(): Promise<number> {
    const { scheduled, running, parked } = await this.counts();
    return scheduled + running + parked;
  }

  recurring(): readonly StoredRecurring[] {
    return this.recurringJobs.all();
  }

  async updateRecurring(id: string, change: RecurringChange, declares = false): Promise<void> {
    // At once: a declaration that no worker makes would be set aside before all of them are told.
    if (declares) this.workers.declareToo(id);
    await this.recurringJobs.update(id, declares ? this.workers.id : undefined, change);
    await this.recurringJobs.refresh();
  }

  retainDeclared(ids: readonly string[]): Promise<void> {
    return this.workers.declare(ids);
  }

  async workingSince(): Promise<number | undefined> {
    const since = await this.access.work<string | null>('workingSince');
    return since === null ? undefined : Number(since);
  }

  async deleteRecurring(id: string): Promise<boolean> {
    const found = await this.recurringJobs.delete(id);
    await this.recurringJobs.refresh();
    return found;
  }

  async tick(before: StoredRecurring, after: StoredRecurring, entry: NewEntry | undefined): Promise<boolean> {
    const done = await this.recurringJobs.tick(before, after, entry, this.deadline());
    await this.recurringJobs.refresh();
    return done;
  }

  async pause(queue = ''): Promise<void> {
    await this.access.run('pause', [queue]);
  }

  async resume(queue?: string): Promise<void> {
    await this.access.run('resume', queue === undefined ? [] : [queue]);
  }

  async isPaused(queue: string): Promise<boolean> {
    return (await this.access.run('isPaused', [queue])) === 1;
  }

  register(about: WorkerAbout): Promise<void> {
    return this.workers.register(about);
  }

  async assertClock(): Promise<void> {
    if (this.clock.isDoubtful) await this.clock.assertRight(() => this.access.time());
  }

  unregister(): Promise<void> {
    return this.workers.unregister();
  }

  renew(): Promise<boolean> {
    return this.workers.renew();
  }

  claims(): Promise<Claims> {
    return this.workers.claims();
  }

  giveBack(claims: readonly { id: JobId; claim: number }[]): Promise<void> {
    return this.workers.giveBack(claims);
  }

  bury(): Promise<{ waiting: number; ended: readonly StoredEntry[] }> {
    return this.workers.bury();
  }

  refreshRecurring(): Promise<void> {
    return this.recurringJobs.refresh();
  }

  sweepRecurring(): Promise<void> {
    return this.recurringJobs.sweep();
  }

  async prune(): Promise<boolean> {
    const { age, count } = this.settings.retention;
    const removed = await this.access.work<number>('prune', [this.clock.now() - age, count, PRUNED_AT_ONCE]);
    return removed === PRUNED_AT_ONCE;
  }

  private async store(entries: readonly NewEntry[], mode: 'all' | 'each'): Promise<(InsertResult | Error)[]> {
    for (const { queue } of entries) this.bullQueues.add(queue);
    await this.assertClock();
    const sent = performance.now();
    const call = this.access.run<InsertAnswer>('insert', insertArguments(entries, mode, this.deadline()));
    const answer = await this.ownInserts.follow(entries, call);
    this.clock.learn(Number(answer[1]), sent);
    return insertResults(entries, answer);
  }

  /** By the server's clock: what was given up by then is not to be carried out. */
  private deadline(): number {
    const { operationTimeout } = this.settings;
    // A clock that is ahead would let it be carried out when the caller has been told that it was not.
    return Math.floor(
      this.clock.now() + operationTimeout - Math.min(this.clock.uncertainty, operationTimeout / 2),
    );
  }
}

function named(ref: EntryRef): [string, string] {
  return 'id' in ref ? ['id', ref.id] : ['key', ref.key];
}

function entryOr(fields: EntryFields | null): StoredEntry | undefined {
  return fields === null ? undefined : toEntry(fields);
}
