import type { JobId } from '../../../jobs/job-id.js';
import type { ClaimedEntry, Settlement } from '../../../worker/work-source.js';

interface HeldRow {
  readonly seq: number;
  readonly claim: number;
  readonly owner: number;
}

/**
 * The rows that this process has claimed. What it has lost it may win again, while the word of what became of the old claim
 * is still on its way: each is held by its claim, in the place that the worker had then.
 */
export class HeldRows {
  private readonly rows = new Map<JobId, HeldRow>();

  add(claimed: readonly (readonly [number, ClaimedEntry])[], owner: number): void {
    for (const [seq, { id, claim }] of claimed) this.rows.set(id, { seq, claim, owner });
  }

  /** Nothing where the claim is none of this place, or has been lost. */
  seqOf(id: JobId, claim: number, owner: number | undefined): number | undefined {
    const row = this.rows.get(id);
    return row && row.claim === claim && row.owner === owner ? row.seq : undefined;
  }

  forget(id: JobId, claim: number): void {
    if (this.rows.get(id)?.claim === claim) this.rows.delete(id);
  }

  /** What this place holds besides those. */
  without(settlements: readonly Settlement[], owner: number): number[] {
    const ended = new Map(settlements.map(({ claim, result }) => [result.entry.id, claim]));
    const held: number[] = [];
    for (const [id, row] of this.rows)
      if (row.owner === owner && ended.get(id) !== row.claim) held.push(row.seq);
    return held;
  }
}
