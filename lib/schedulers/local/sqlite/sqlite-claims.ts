import type { StoredEntry } from '../../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand } from '../../../worker/work-source.js';
import type { Knows } from '../local-store.js';
import type { SqliteCounts } from './sqlite-counts.js';
import { type EntryRow, toEntry } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const ENTRIES = 'eventflow_jobs_entries';
const WAITING = `FROM ${ENTRIES} WHERE state = 0`;

/** Claims due entries. Each look-up seeks in an index: how many entries lie there makes no difference. */
export class SqliteClaims {
  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: SqliteCounts,
  ) {}

  claim(
    demand: Demand,
    owner: number,
    knows: Knows,
    now: number,
  ): { claimed: [number, ClaimedEntry][]; parked: StoredEntry[] } {
    const claimed: [number, ClaimedEntry][] = [];
    const parked: StoredEntry[] = [];
    for (const row of this.choose(demand, now)) {
      const entry = toEntry(row);
      if (knows(entry)) claimed.push([row.seq, this.begin(row, entry, owner, now)]);
      else parked.push(this.park(row, entry));
    }
    return { claimed, parked };
  }

  /** When the next entry is due that is not due yet; paused queues wake nobody. */
  nextAt(now: number): number | undefined {
    let next: number | undefined;
    for (const queue of this.queues()) {
      for (const priority of this.priorities(queue)) {
        const { at } = this.sql.get<{ at: number | null }>(
          `SELECT min(run_at) AS at ${WAITING} AND queue = ? AND priority = ? AND run_at > ?`,
          queue,
          priority,
          now,
        )!;
        if (at !== null && (next === undefined || at < next)) next = at;
      }
    }
    return next;
  }

  isPaused(queue: string): boolean {
    return this.paused().some((one) => one === queue || one === '');
  }

  private choose({ shared, own, most }: Demand, now: number): EntryRow[] {
    const paused = this.paused();
    if (paused.includes('')) return [];
    const chosen: EntryRow[] = [];
    const candidates: EntryRow[] = [];
    for (const queue of this.queues()) {
      if (paused.includes(queue)) continue;
      const free = own.get(queue);
      if (free !== undefined) chosen.push(...this.due(queue, free, now));
      else candidates.push(...this.due(queue, Math.min(shared, most.get(queue) ?? shared), now));
    }
    candidates.sort((a, b) => b.priority - a.priority || a.run_at - b.run_at || a.seq - b.seq);
    return [...chosen, ...candidates.slice(0, Math.max(0, shared))];
  }

  /** Highest priority first: each priority is a seek of its own, so that what is due later is never walked through. */
  private due(queue: string, limit: number, now: number): EntryRow[] {
    const rows: EntryRow[] = [];
    for (const priority of this.priorities(queue)) {
      if (rows.length >= limit) break;
      rows.push(
        ...this.sql.all<EntryRow>(
          `SELECT * ${WAITING} AND queue = ? AND priority = ? AND run_at <= ? ORDER BY run_at, seq LIMIT ?`,
          queue,
          priority,
          now,
          limit - rows.length,
        ),
      );
    }
    return rows;
  }

  private *queues(): Generator<string> {
    let queue = this.sql.get<{ queue: string | null }>(`SELECT min(queue) AS queue ${WAITING}`)!.queue;
    while (queue !== null) {
      yield queue;
      queue = this.sql.get<{ queue: string | null }>(
        `SELECT min(queue) AS queue ${WAITING} AND queue > ?`,
        queue,
      )!.queue;
    }
  }

  private *priorities(queue: string): Generator<number> {
    const highest = `SELECT max(priority) AS priority ${WAITING} AND queue = ?`;
    let { priority } = this.sql.get<{ priority: number | null }>(highest, queue)!;
    while (priority !== null) {
      yield priority;
      ({ priority } = this.sql.get<{ priority: number | null }>(
        `${highest} AND priority < ?`,
        queue,
        priority,
      )!);
    }
  }

  private begin(row: EntryRow, entry: ClaimedEntry, owner: number, now: number): ClaimedEntry {
    const attempt = oneMore(entry.attempt);
    const claim = oneMore(entry.claim);
    this.sql.run(
      `UPDATE ${ENTRIES} SET state = 1, attempt = ?, claim = ?, owner = ?, started_at = ?,
        held_key = NULL, progress = NULL, parked = NULL WHERE seq = ?`,
      attempt,
      claim,
      owner,
      now,
      row.seq,
    );
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

  private paused(): string[] {
    return this.sql
      .all<{ queue: string }>('SELECT queue FROM eventflow_jobs_paused')
      .map(({ queue }) => queue);
  }
}

/** What is edited in by hand may be the greatest that the column takes. */
function oneMore(count: number): number {
  return count < Number.MAX_SAFE_INTEGER ? count + 1 : count;
}
