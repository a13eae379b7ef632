import type { StoredKind } from '../../jobs/job-mapper.js';
import type { Outcome } from '../../jobs/outcome.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand, Exchange, Settlement } from '../../worker/work-source.js';
import { type Executor, type OpenTransaction, TRANSACTION_BEGAN } from './access.js';
import type { Installation } from './installation.js';
import { type EntryRow, kindOf, toEntry } from './pg-rows.js';
import { settledAs, toSettlement } from './pg-settlements.js';

/** From here on the server has so much to do that settling and claiming are worth a connection each, side by side. */
const MANY = 20;

interface Ended {
  id: string;
  state: EntryRow['state'];
}

interface Answer {
  has_place: boolean;
  settled?: Ended[] | null;
  entries: (EntryRow & { known: boolean })[] | null;
  /** In ms from now, by the clock of the server. */
  next: number | null;
}

/** What a worker reports and what it gets instead: a round trip and a commit for all that ended in one turn. */
export class PgExchange {
  private readonly claiming: string;
  private readonly exchanging: string;
  private readonly settling: string;
  private readonly settlingWithin: string;
  private kinds: string[] | undefined;

  constructor(
    { schema }: Installation,
    private readonly kindsHere: () => readonly StoredKind[],
  ) {
    this.settling = `SELECT id, state FROM ${schema}.eventflow_settle($1::json)`;
    this.settlingWithin = `SELECT id, state FROM ${schema}.eventflow_settle(
      CASE WHEN ${TRANSACTION_BEGAN} = $2 THEN $1::json ELSE '[]' END)`;
    this.claiming = `SELECT * FROM ${schema}.eventflow_claim($1::text, $2::jsonb, $3::text[])`;
    this.exchanging = `SELECT *, (SELECT json_agg(s) FROM ${schema}.eventflow_settle($4::json) s) AS settled
      FROM ${schema}.eventflow_claim($1::text, $2::jsonb, $3::text[])`;
  }

  /** Claims whose attempts never began, and so do not count. */
  async giveBack(executor: Executor, claims: readonly { id: string; claim: number }[]): Promise<void> {
    await this.settleAll(
      executor,
      claims.map(({ id, claim }) => ({ id, claim, state: 'retry', skip: true })),
    );
  }

  /** @returns `undefined` where this worker was taken for dead: nothing was claimed then. */
  async exchange(
    executor: Executor,
    owner: string,
    settlements: readonly Settlement[],
    { shared, own, most }: Demand,
    now: number,
  ): Promise<Exchange | undefined> {
    this.kinds ??= this.kindsHere().map(kindOf);
    const demand = { shared, own: Object.fromEntries(own), most: Object.fromEntries(most) };
    const ends = settlements.map((one) => toSettlement(one, now));
    const claim = [owner, JSON.stringify(demand), this.kinds];
    // What ends with few others goes along with the claim.
    const areApart = ends.length === 0 || ends.length >= MANY;
    const [answer, apart] = await Promise.all([
      areApart
        ? executor.executeSql(this.claiming, claim)
        : executor.executeSql(this.exchanging, [...claim, JSON.stringify(ends)]),
      areApart && ends.length > 0 ? this.settleAll(executor, ends) : undefined,
    ]);
    const { has_place, settled: together, entries: found, next } = answer.rows[0] as Answer;
    const settled = apart ?? together;
    if (!has_place) return undefined;
    const states = new Map((settled ?? []).map(({ id, state }) => [id, state]));
    const entries = (found ?? []).map((row) => ({ known: row.known, entry: toEntry(row) }));
    return {
      settled: settlements.map((one) => settledAs(one, states)),
      claimed: inOrder(entries.filter(({ known }) => known).map(({ entry }) => entry)),
      parked: entries.filter(({ known }) => !known).map(({ entry }): StoredEntry => entry),
      ...nextAfter(next, settlements, now),
    };
  }

  private async settleAll(executor: Executor, ends: readonly object[]): Promise<Ended[]> {
    const { rows } = await executor.executeSql(this.settling, [JSON.stringify(ends)]);
    return rows as Ended[];
  }

  /**
   * Writes a success down, in the transaction of the attempt.
   *
   * @returns `undefined` where the claim was lost; `'transaction ended'` where that is no longer open, and nothing was
   * written.
   */
  async settle(
    transaction: OpenTransaction,
    { id, claim }: ClaimedEntry,
  ): Promise<Outcome | 'transaction ended' | undefined> {
    const { began } = transaction;
    const ends = JSON.stringify([{ id, claim, state: 'completed' }]);
    const { rows } = await transaction.executeSql(this.settlingWithin, [ends, began]);
    const [row] = rows as Ended[];
    if (row) return { type: row.state === 'completed' ? 'succeeded' : 'cancelled' };
    const { rows: asked } = await transaction.executeSql(`SELECT ${TRANSACTION_BEGAN} AS began`);
    return (asked[0] as { began: string }).began === began ? undefined : 'transaction ended';
  }
}

/** The statement chooses by priority and time, but gives what it chose in any order. */
function inOrder(entries: ClaimedEntry[]): ClaimedEntry[] {
  return entries.toSorted((a, b) => b.priority - a.priority || a.runAt - b.runAt || (a.id < b.id ? -1 : 1));
}

/** What waits again by this very exchange was not there yet when it looked for the next. */
function nextAfter(
  next: number | null,
  settlements: readonly Settlement[],
  now: number,
): { nextAt?: number } {
  const times = settlements.flatMap(({ result: { outcome } }) =>
    'runAt' in outcome ? [outcome.runAt] : outcome.type === 'released' ? [now] : [],
  );
  if (next !== null) times.push(Math.ceil(now + next));
  return times.length === 0 ? {} : { nextAt: Math.min(...times) };
}
