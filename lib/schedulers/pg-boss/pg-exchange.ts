import type { StoredKind } from '../../jobs/job-mapper.js';
import type { Outcome } from '../../jobs/outcome.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand, Exchange, Settlement } from '../../worker/work-source.js';
import type { Executor } from './access.js';
import type { Installation } from './installation.js';
import { claimSql, settleSql } from './pg-exchange.sql.js';
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
  settled: Ended[] | null;
  claimed: (EntryRow & { known: boolean })[] | null;
  /** In ms from now, by the clock of the server. */
  next: number | null;
}

/** What a worker reports and what it gets instead: a round trip and a commit for all that ended in one turn. */
export class PgExchange {
  private readonly statement: string;
  private readonly settling: string;
  private kinds: string[] | undefined;

  constructor(
    installation: Installation,
    private readonly kindsHere: () => readonly StoredKind[],
  ) {
    this.statement = `WITH RECURSIVE ${settleSql(installation)}, ${claimSql(installation)}`;
    this.settling = `WITH ${settleSql(installation)} SELECT id, state::text FROM settled`;
  }

  /** Claims whose attempts never began, and so do not count. */
  async giveBack(executor: Executor, claims: readonly { id: string; claim: number }[], owner: string) {
    const ends = claims.map(({ id, claim }) => ({ id, claim, state: 'retry', skip: true }));
    await executor.executeSql(this.settling, [JSON.stringify(ends), owner]);
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
    const areMany = ends.length >= MANY;
    const [{ has_place, settled: together, claimed, next }, apart] = await Promise.all([
      executor
        .executeSql(this.statement, [
          JSON.stringify(areMany ? [] : ends),
          owner,
          JSON.stringify(demand),
          this.kinds,
        ])
        .then(({ rows }) => rows[0] as Answer),
      areMany ? this.settleAll(executor, ends, owner) : undefined,
    ]);
    const settled = apart ?? together;
    if (!has_place) return undefined;
    const states = new Map((settled ?? []).map(({ id, state }) => [id, state]));
    const entries = (claimed ?? []).map((row) => ({ known: row.known, entry: toEntry(row) }));
    return {
      settled: settlements.map((one) => settledAs(one, states)),
      claimed: inOrder(entries.filter(({ known }) => known).map(({ entry }) => entry)),
      parked: entries.filter(({ known }) => !known).map(({ entry }): StoredEntry => entry),
      ...nextAfter(next, settlements, now),
    };
  }

  private async settleAll(executor: Executor, ends: readonly object[], owner: string): Promise<Ended[]> {
    const { rows } = await executor.executeSql(this.settling, [JSON.stringify(ends), owner]);
    return rows as Ended[];
  }

  /** Writes a success down, in the transaction of the attempt. */
  async settle(executor: Executor, entry: ClaimedEntry): Promise<Outcome | undefined> {
    const { id, claim } = entry;
    const { rows } = await executor.executeSql(this.settling, [
      JSON.stringify([{ id, claim, state: 'completed' }]),
      id,
    ]);
    const [row] = rows as { state: string }[];
    return row && { type: row.state === 'completed' ? 'succeeded' : 'cancelled' };
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
