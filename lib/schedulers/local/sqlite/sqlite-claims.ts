import type { StoredEntry } from '../../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand } from '../../../worker/work-source.js';
import type { Knows } from '../../../engine/entry-store.js';
import type { SqliteCounts } from './sqlite-counts.js';
import { type EntryRow, toEntry } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const ENTRIES = 'eventflow_jobs_entries';
const WAITING = `FROM ${ENTRIES} WHERE state = 0`;
const PAUSED = 'eventflow_jobs_paused';

/** What waits in one queue with one priority. */
interface Group {
  readonly queue: string;
  readonly priority: number;
  /** When the first of them is, or was, due. */
  readonly first: number;
}

/** Each group is found by a seek in an index: how many entries lie there makes no difference. */
const GROUPS = `
  WITH RECURSIVE groups (q, p) AS (
    SELECT * FROM (SELECT queue, priority ${WAITING} AND queue >= '' ORDER BY queue, priority LIMIT 1)
    UNION ALL
    SELECT next.queue, next.priority FROM groups, ${ENTRIES} AS next WHERE next.seq = coalesce(
      (SELECT seq ${WAITING} AND queue = q AND priority > p ORDER BY priority LIMIT 1),
      (SELECT seq ${WAITING} AND queue > q ORDER BY queue, priority LIMIT 1)
    )
  )
  SELECT q AS queue, p AS priority, (SELECT min(run_at) ${WAITING} AND queue = q AND priority = p) AS first
  FROM groups WHERE NOT EXISTS (SELECT 1 FROM ${PAUSED} WHERE queue IN ('', q))`;

/** No more columns than one that waits has: each costs as much as a small row does. */
const DUE = `SELECT seq, id, name, version, command_name, command_version, data, metadata, policy, run_at, scheduled_at,
  key, attempt, attempts, claim, error ${WAITING} AND queue = ? AND priority = ? AND run_at <= ? ORDER BY run_at, seq LIMIT ?`;

const NEXT = `SELECT min(run_at) AS at ${WAITING} AND queue = ? AND priority = ? AND run_at > ?`;

const BEGIN = `UPDATE ${ENTRIES} SET state = 1, attempt = ?, claim = ?, owner = ?, started_at = ?,
  held_key = NULL, progress = NULL, parked = NULL WHERE seq = ?`;

type DueRow = Omit<EntryRow, keyof typeof NOT_BEGUN | 'queue' | 'priority'>;

const NOT_BEGUN = {
  state: 0,
  started_at: null,
  finished_at: null,
  cancel_requested: null,
  progress: null,
  parked: null,
} as const;

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
    private readonly counts: SqliteCounts,
  ) {}

  claim(demand: Demand, owner: number, knows: Knows, now: number): Claims {
    // From the lowest priority of a queue to its highest, as the index has them.
    const groups = this.sql.all<Group>(GROUPS).toReversed();
    const claimed: [number, ClaimedEntry][] = [];
    const parked: StoredEntry[] = [];
    for (const row of this.choose(groups, demand, now)) {
      const entry = toEntry(row);
      if (knows(entry)) claimed.push([row.seq, this.begin(row, entry, owner, now)]);
      else parked.push(this.park(row, entry));
    }
    const isFull = demand.own.size === 0 && claimed.length >= demand.shared;
    return { claimed, parked, nextAt: isFull ? undefined : this.nextOf(groups, now) };
  }

  /** When the next entry is due that is not due yet; those of paused queues wake nobody. */
  nextAt(now: number): number | undefined {
    return this.nextOf(this.sql.all<Group>(GROUPS), now);
  }

  isPaused(queue: string): boolean {
    return this.sql.get(`SELECT 1 FROM ${PAUSED} WHERE queue IN ('', ?)`, queue) !== undefined;
  }

  private nextOf(groups: readonly Group[], now: number): number | undefined {
    let next: number | undefined;
    for (const { queue, priority, first } of groups) {
      const at = first > now ? first : this.sql.get<{ at: number | null }>(NEXT, queue, priority, now)!.at;
      if (at !== null && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  private choose(groups: readonly Group[], { shared, own, most }: Demand, now: number): EntryRow[] {
    const chosen: EntryRow[] = [];
    const candidates: EntryRow[] = [];
    const left = new Map<string, number>();
    for (const { queue, priority, first } of groups) {
      if (first > now) continue;
      const free = own.get(queue);
      const limit = left.get(queue) ?? free ?? Math.min(shared, most.get(queue) ?? shared);
      if (limit <= 0) continue;
      const rows = this.sql.all<DueRow>(DUE, queue, priority, now, limit);
      left.set(queue, limit - rows.length);
      const into = free === undefined ? candidates : chosen;
      for (const row of rows) into.push({ ...NOT_BEGUN, ...row, queue, priority });
    }
    candidates.sort((a, b) => b.priority - a.priority || a.run_at - b.run_at || a.seq - b.seq);
    return [...chosen, ...candidates.slice(0, Math.max(0, shared))];
  }

  private begin(row: EntryRow, entry: ClaimedEntry, owner: number, now: number): ClaimedEntry {
    const attempt = oneMore(entry.attempt);
    const claim = oneMore(entry.claim);
    this.sql.run(BEGIN, attempt, claim, owner, now, row.seq);
    this.counts.moved('scheduled', 'running');
    return { ...entry, state: 'running', attempt, claim, startedAt: now };
  }

  private park(row: EntryRow, entry: StoredEntry): StoredEntry {
    const { name, version } = entry.command ?? entry;
    const parked = {
      reason: 'unknown' as const,
      text: `No class here stands for '${name}' version ${version}.`,
    };
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = 5, parked = ? WHERE seq = ?`,
      JSON.stringify(parked),
      row.seq,
    );
    this.counts.moved('scheduled', 'parked');
    return { ...entry, state: 'parked', parked };
  }
}

/** What is edited in by hand may be the greatest that the column takes. */
function oneMore(count: number): number {
  return count < Number.MAX_SAFE_INTEGER ? count + 1 : count;
}
