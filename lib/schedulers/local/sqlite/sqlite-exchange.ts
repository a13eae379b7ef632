import type { JobId } from '../../../jobs/job-id.js';
import type { Outcome } from '../../../jobs/outcome.js';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import type { NewEntry, StoredEntry } from '../../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand, Exchange, Settlement } from '../../../worker/work-source.js';
import type { Knows } from '../../../engine/entry-store.js';
import { HeldRows } from './held-rows.js';
import type { OtherProcesses } from './other-processes.js';
import type { SqliteAccess } from './sqlite-access.js';
import type { SqliteAttempts } from './sqlite-attempts.js';
import type { SqliteClaims } from './sqlite-claims.js';
import type { WorkerTally } from './sqlite-counts.js';
import type { SqliteWorkers } from './sqlite-workers.js';
import type { WaitingGroups } from './waiting-groups.js';

/** Gives this process's worker its entries and takes what became of them, and knows which it holds meanwhile. */
export class SqliteExchange {
  private readonly held = new HeldRows();
  /** Of whose scheduling nobody has been told yet: they may be committed, but not on the disk. */
  private readonly untold = new Set<JobId>();

  constructor(
    private readonly access: SqliteAccess,
    private readonly workers: SqliteWorkers,
    private readonly attempts: SqliteAttempts,
    private readonly claims: SqliteClaims,
    private readonly tally: WorkerTally,
    private readonly groups: WaitingGroups,
    private readonly others: OtherProcesses,
  ) {}

  async exchange(
    settlements: readonly Settlement[],
    demand: Demand,
    knows: Knows,
    now: number,
  ): Promise<Exchange> {
    const { id: owner } = this.workers;
    if (owner === undefined) throw lostPlace();
    const written = this.access.writeNow(() => {
      // Fenced as a whole: what a worker claims that was taken for dead, nobody would ever give back.
      if (!this.workers.hasPlace || this.workers.id !== owner) throw lostPlace();
      this.tally.begin();
      const settled = this.settleAll(settlements, owner, now);
      const claims = this.claims.claim(demand, owner, knows, now);
      if (settlements.length > 0 || claims.claimed.length > 0 || claims.parked.length > 0)
        this.workers.note(this.heldAfter(settlements, claims.claimed, owner), this.tally.toWrite);
      return { settled, ...claims };
    });
    const { settled, claimed, parked, nextAt } = await written;
    this.tally.committed();
    for (const { claim, result } of settlements) this.held.forget(result.entry.id, claim);
    this.held.add(claimed, owner);
    const entries: ClaimedEntry[] = claimed.map(([, entry]) => entry);
    if (this.untold.size > 0 && entries.some(({ id }) => this.untold.has(id))) await this.allTold();
    return { settled, claimed: entries, parked, ...(nextAt !== undefined && { nextAt }) };
  }

  /** None of them begins here before those who scheduled it know. */
  tellFirst<T>(entries: readonly NewEntry[], inserted: Promise<T>): Promise<T> {
    for (const { id } of entries) this.untold.add(id);
    const told = () => {
      for (const { id } of entries) this.untold.delete(id);
    };
    // No promise more than that: of 50,000 calls at once each would live until all are stored.
    inserted.then(told, told);
    return inserted;
  }

  private async allTold(): Promise<void> {
    await this.access.onDisk();
    // And then it takes those some steps to hear of it.
    await new Promise((resolve) => setImmediate(resolve));
  }

  progress(id: JobId, claim: number, progress: NonNullable<StoredEntry['progress']>): void {
    const { id: owner } = this.workers;
    const seq = this.held.seqOf(id, claim, owner);
    if (seq === undefined || owner === undefined) return;
    // Nobody waits for it: what cannot be shown is no reason to fail an attempt.
    this.access
      .write(() => this.attempts.progress(seq, claim, owner, JSON.stringify(progress)))
      .catch(() => {});
  }

  /** The row of an entry, as long as this worker holds it by that claim. */
  rowOf({ id, claim }: ClaimedEntry): number | undefined {
    return this.held.seqOf(id, claim, this.workers.id);
  }

  forget({ id, claim }: ClaimedEntry): void {
    this.held.forget(id, claim);
  }

  /** Nearly every attempt is the first, and succeeds: those are written down all at once. */
  private settleAll(settlements: readonly Settlement[], owner: number, now: number): (Outcome | undefined)[] {
    const first = settlements.flatMap(({ claim, result }) =>
      claim === 1 && result.outcome.type === 'succeeded'
        ? (this.held.seqOf(result.entry.id, claim, owner) ?? [])
        : [],
    );
    const succeeded = first.length > 1 ? this.attempts.succeedFirst(first, owner, now) : NONE;
    return settlements.map((settlement) => {
      const seq = this.held.seqOf(settlement.result.entry.id, settlement.claim, owner);
      if (seq === undefined) return undefined;
      if (succeeded.has(seq)) return settlement.result.outcome;
      return this.settle(seq, settlement, owner, now);
    });
  }

  private settle(
    seq: number,
    { claim, result }: Settlement,
    owner: number,
    now: number,
  ): Outcome | undefined {
    const outcome = this.attempts.settle(seq, claim, owner, result.outcome, now);
    const again = outcome && againAt(outcome);
    if (again === undefined) return outcome;
    this.groups.note(result.entry.queue, result.entry.priority);
    this.others.noteWaiting(again);
    return outcome;
  }

  private heldAfter(
    settlements: readonly Settlement[],
    claimed: readonly [number, ClaimedEntry][],
    owner: number,
  ): number[] {
    return [...this.held.without(settlements, owner), ...claimed.map(([seq]) => seq)];
  }
}

const NONE: ReadonlySet<number> = new Set();

function lostPlace(): SchedulerUnavailableError {
  return new SchedulerUnavailableError(
    'This worker stood still for longer than its lease, and others took it for dead: it takes a new place.',
  );
}

/** When an entry whose attempt came to this is due again: others may have no timer for that. */
function againAt(outcome: Outcome): number | undefined {
  if (outcome.type === 'retrying' || outcome.type === 'snoozed') return outcome.runAt;
  return outcome.type === 'released' ? 0 : undefined;
}
