import type { StoredEntry } from '../../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand } from '../../../worker/work-source.js';
import type { Knows } from '../../../engine/entry-store.js';
import { type DueRow, byPriorityAndTime, findDue, seqOf, waitingEntry, withTheirData } from './due-rows.js';
import { roomOfClaimed } from './row-room.js';
import { BETWEEN, THESE, forRows } from './rows-at-once.js';
import type { StateCounts } from './sqlite-counts.js';
import type { SqliteStatements } from './sqlite-statements.js';
import type { Group, WaitingGroups } from './waiting-groups.js';
import { MOST_BYTES } from './write-queue.js';

const ENTRIES = 'eventflow_jobs_entries';
const WAITING = `FROM ${ENTRIES} WHERE state = 0`;
const PAUSED = 'eventflow_jobs_paused';

const NEXT = `SELECT min(run_at) AS at ${WAITING} AND queue = ? AND priority = ? AND run_at > ?`;

/** Of entries that have never begun before, and hold no key: nearly all of them, and all at once. */
const beginFirst = (which: string) => `UPDATE ${ENTRIES} SET state = 1, attempt = 1, claim = 1, owner = ?,
  started_at = ?, room = zeroblob(?) WHERE ${which}`;
const BEGIN_FIRST = { these: beginFirst(THESE), between: beginFirst(BETWEEN) };

const BEGIN = `UPDATE ${ENTRIES} SET state = 1, attempt = ?, claim = ?, owner = ?, started_at = ?, room = NULL,
  held_key = NULL, progress = NULL, parked = NULL WHERE seq = ?`;

export interface Claims {
  readonly claimed: [number, ClaimedEntry][];
  readonly parked: StoredEntry[];
  /** When the next entry is due, unless every slot is taken: then the next look tells. */
  readonly nextAt: number | undefined;
}

/** Claims due entries, of each queue those of the highest priority first. */
export class SqliteClaims {
  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: StateCounts,
    private readonly groups: WaitingGroups,
  ) {}

  /** Called within a transaction. */
  claim(demand: Demand, owner: number, knows: Knows, now: number): Claims {
    const groups = this.groups.remembered();
    const claimed: [number, ClaimedEntry][] = [];
    const parked: StoredEntry[] = [];
    const first: number[] = [];
    const chosen = this.choose(groups, demand, now);
    const readable = withTheirData(this.sql, chosen, demand.own, MOST_BYTES);
    for (const row of readable) {
      const waiting = waitingEntry(row);
      const seq = seqOf(row);
      if (!knows(waiting)) {
        parked.push(this.park(seq, waiting));
        continue;
      }
      const entry = begun(waiting, owner, now);
      if (entry.attempt === 1 && entry.claim === 1 && entry.key === undefined) first.push(seq);
      else this.sql.run(BEGIN, entry.attempt, entry.claim, owner, now, seq);
      claimed.push([seq, entry]);
    }
    this.beginFirst(first, owner, now);
    this.counts.moved('scheduled', 'running', claimed.length);
    const isFull = demand.own.size === 0 && claimed.length >= demand.shared;
    if (readable.length < chosen.length) return { claimed, parked, nextAt: now };
    return { claimed, parked, nextAt: isFull ? undefined : this.nextOf(groups, now) };
  }

  /** When the next entry is due that is not due yet; those of paused queues wake nobody. */
  nextAt(now: number): number | undefined {
    return this.nextOf(this.groups.find(), now);
  }

  /** As {@link SqliteClaims.nextAt}, within a transaction. */
  nextAtHere(now: number): number | undefined {
    return this.nextOf(this.groups.remembered(), now);
  }

  /** When the first was due of all that may be claimed now. */
  oldestDue(now: number): number | undefined {
    const due = this.groups.find().filter(({ first = now }) => first <= now);
    return due.length === 0 ? undefined : Math.min(...due.map(({ first = now }) => first));
  }

  isPaused(queue: string): boolean {
    return this.sql.get(`SELECT 1 FROM ${PAUSED} WHERE queue IN ('', ?)`, queue) !== undefined;
  }

  private nextOf(groups: readonly Group[], now: number): number | undefined {
    let next: number | undefined;
    for (const { queue, priority, first = now } of groups) {
      const at = first > now ? first : this.sql.get<{ at: number | null }>(NEXT, queue, priority, now)!.at;
      if (at !== null && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  private beginFirst(seqs: readonly number[], owner: number, now: number): void {
    if (seqs.length > 0) this.sql.run(...forRows(BEGIN_FIRST, [owner, now, roomOfClaimed(owner)], seqs));
  }

  private choose(groups: readonly Group[], { shared, own, most }: Demand, now: number): DueRow[] {
    const chosen: DueRow[] = [];
    const candidates: DueRow[] = [];
    const left = new Map<string, number>();
    for (const { queue, priority, first = now } of groups) {
      if (first > now) continue;
      const free = own.get(queue);
      const limit = left.get(queue) ?? free ?? Math.min(shared, most.get(queue) ?? shared);
      if (limit <= 0) continue;
      const rows = findDue(this.sql, queue, priority, now, limit);
      left.set(queue, limit - rows.length);
      (free === undefined ? candidates : chosen).push(...rows);
    }
    if (groups.length > 1) candidates.sort(byPriorityAndTime);
    return [...chosen, ...candidates.slice(0, Math.max(0, shared))];
  }

  private park(seq: number, entry: StoredEntry): StoredEntry {
    const { name, version } = entry.command ?? entry;
    const parked = {
      reason: 'unknown' as const,
      text: `No class here stands for '${name}' version ${version}.`,
    };
    this.sql.run(`UPDATE ${ENTRIES} SET state = 5, parked = ? WHERE seq = ?`, JSON.stringify(parked), seq);
    this.counts.moved('scheduled', 'parked');
    return { ...entry, state: 'parked', parked };
  }
}

function begun(waiting: ClaimedEntry, owner: number, now: number): ClaimedEntry {
  const attempt = oneMore(waiting.attempt);
  const claim = oneMore(waiting.claim);
  return { ...waiting, state: 'running', attempt, claim, startedAt: now, worker: String(owner) };
}

/** What is edited in by hand may be the greatest that the column takes. */
function oneMore(count: number): number {
  return count < Number.MAX_SAFE_INTEGER ? count + 1 : count;
}
