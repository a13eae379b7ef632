import type { SqliteStatements } from './sqlite-statements.js';

const WAITING = 'FROM eventflow_jobs_entries WHERE state = 0';
/** With more of them it takes as long to ask for each as to find those in which something is due. */
const FEW = 8;

/** What waits in one queue with one priority. */
export interface Group {
  readonly queue: string;
  readonly priority: number;
  /** When the first of them is, or was, due; where that was looked for. */
  readonly first?: number;
}

/**
 * Each group is found by a seek in an index: how many entries lie there makes no difference. From the lowest priority of
 * a queue to its highest, as the index has them.
 */
const GROUPS = `
  WITH RECURSIVE groups (q, p) AS (
    SELECT * FROM (SELECT queue, priority ${WAITING} AND queue >= '' ORDER BY queue, priority LIMIT 1)
    UNION ALL
    SELECT next.queue, next.priority FROM groups, eventflow_jobs_entries AS next WHERE next.seq = coalesce(
      (SELECT seq ${WAITING} AND queue = q AND priority > p ORDER BY priority LIMIT 1),
      (SELECT seq ${WAITING} AND queue > q ORDER BY queue, priority LIMIT 1)
    )
  )
  SELECT q AS queue, p AS priority, (SELECT min(run_at) ${WAITING} AND queue = q AND priority = p) AS first
  FROM groups WHERE NOT EXISTS (SELECT 1 FROM eventflow_jobs_paused WHERE queue IN ('', q))`;

/**
 * The queues and priorities in which entries may wait, those of paused queues aside; the highest priority of a queue
 * first. They are remembered while no other connection writes, since most apps have one of them for ever.
 */
export class WaitingGroups {
  private known: { readonly version: number; readonly groups: readonly Group[] } | undefined;

  constructor(private readonly sql: SqliteStatements) {}

  /** Called within a transaction: else another process might write in between. */
  remembered(): readonly Group[] {
    const { data_version: version } = this.sql.get<{ data_version: number }>('PRAGMA data_version')!;
    if (this.known?.version === version) return this.known.groups;
    const groups = this.find();
    this.known =
      groups.length > FEW
        ? undefined
        : { version, groups: groups.map(({ queue, priority }) => ({ queue, priority })) };
    return groups;
  }

  find(): readonly Group[] {
    return this.sql.all<Group>(GROUPS).toReversed();
  }

  /** This connection lets an entry wait there. */
  note(queue: string, priority: number): void {
    if (!this.known?.groups.some((one) => one.queue === queue && one.priority === priority)) this.forget();
  }

  /** This connection has written what may let entries wait in other groups too. */
  forget(): void {
    this.known = undefined;
  }
}
