import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { bareError } from '../../jobs/bare-error.js';
import { toError } from '../../jobs/thrown.js';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';
import type { CallersCommits } from './callers-commits.js';
import type { ServerClock } from '../../engine/server-clock.js';
import type { Executor } from './access.js';
import { callersTransaction, inSavepoint } from './callers-transaction.js';
import { InsertLanes } from './insert-lanes.js';
import { withoutDeadlocks } from './deadlocks.js';
import type { PgCalls } from './pg-calls.js';
import type { PgInsert } from './pg-insert.js';
import { readTime } from './pg-time.js';
import { within } from './unavailable.js';

type Results = readonly (InsertResult | Error)[];

/** The ways in which entries come in: each for itself, all or none, in the caller's transaction. */
export class PgWrites {
  /** Set to listen for the word of a caller's commit. */
  beforeCallersCommit: () => Promise<void> = async () => {};
  private readonly lanes: InsertLanes;
  private readonly lanesOfKeys: InsertLanes;

  constructor(
    private readonly calls: PgCalls,
    private readonly clock: ServerClock,
    private readonly inserts: PgInsert,
    private readonly commits: CallersCommits,
  ) {
    const lanes = () =>
      new InsertLanes(
        (entries, deadline) => this.inserts.insert(withoutDeadlocks(calls.access, deadline), entries),
        calls.timeout,
      );
    this.lanes = lanes();
    this.lanesOfKeys = lanes();
  }

  /** All or none: where a key may be taken, in a transaction that is undone then. */
  async insertAll(entries: readonly NewEntry[]): Promise<InsertResult[]> {
    if (entries.length === 1) return accepted(await this.insertEach(entries));
    await this.assertClock();
    // Without keys it is one statement, which the server does whole or not at all.
    if (entries.every(({ key }) => key === undefined))
      return accepted(await this.calls.do((executor) => this.inserts.insert(executor, entries)));
    return this.calls.inTransactionAgain(async (transaction) =>
      accepted(await this.inserts.insertWithin(transaction, entries)),
    );
  }

  async insertIn(transaction: unknown, entries: readonly NewEntry[]): Promise<InsertResult[]> {
    const executor = await callersTransaction(transaction);
    await this.assertClock(executor);
    await this.beforeCallersCommit();
    const insert = async () => accepted(await this.inserts.insertWithin(executor, entries));
    // Whoever catches a refusal and commits is to find none of them.
    const inserted = canBeRefusedInPart(entries) ? inSavepoint(executor, insert) : insert();
    const results = await inserted.catch((error: unknown) => {
      throw error instanceof EventFlowJobsError ? error : bareError(error);
    });
    return this.commits.wait(executor, entries, results);
  }

  /**
   * Each with a fate of its own. Keys go in a statement of their own: it waits where a transaction that is still open has
   * taken one of them, and that is nothing to the others.
   */
  async insertEach(entries: readonly NewEntry[]): Promise<Results> {
    await this.assertClock();
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

  /** The planner has reckoned by it, and a sleep of this machine would make that wrong. */
  async assertClock(executor?: Executor): Promise<void> {
    if (!this.clock.isDoubtful) return;
    const read = executor ? () => readTime(executor) : () => this.calls.do(readTime);
    await this.clock.assertRight(read);
  }

  private insertBy(lanes: InsertLanes, entries: readonly NewEntry[]): Promise<Results> {
    return within(this.calls.timeout, lanes.add(entries));
  }
}

function canBeRefusedInPart(entries: readonly NewEntry[]): boolean {
  return (
    entries.length > 1 && entries.some(({ key, onConflict }) => key !== undefined && onConflict === 'reject')
  );
}

/** @throws the refusal, where there is one. */
function accepted(results: Results): InsertResult[] {
  const refused = results.find((result) => result instanceof Error);
  if (refused) throw refused;
  return results as InsertResult[];
}
