import { MOST_COUNTED, type QueueEntry } from '../../scheduling/job-entry.js';
import type { Installation } from './installation.js';
import type { PgCalls } from './pg-calls.js';
import { FAR, milliseconds } from './pg-rows.js';

/** What waits in the queues, found by seeks in the index that claims go along. */
export class PgQueues {
  private readonly waiting: string;
  private readonly paused: string;

  constructor(
    { schema, table }: Installation,
    private readonly calls: PgCalls,
  ) {
    this.waiting = `FROM ${table} WHERE state < 'active'`;
    this.paused = `${schema}.eventflow_paused`;
  }

  /** Those of which entries wait, or that are paused. What is parked does not wait. */
  async all(): Promise<QueueEntry[]> {
    const next = (after: string) =>
      `SELECT group_id ${this.waiting} AND group_id ${after} ORDER BY group_id, (-priority) LIMIT 1`;
    const counted = `SELECT count(*)::int FROM (
      SELECT 1 ${this.waiting} AND group_id = n.name AND start_after < ${FAR} LIMIT ${MOST_COUNTED}) AS counted`;
    return this.calls.queryAlongIndexes<QueueEntry & Record<string, unknown>>(
      `WITH RECURSIVE names (name) AS (
        (${next('IS NOT NULL')})
        UNION ALL
        SELECT (${next('> n.name')}) FROM names n WHERE n.name IS NOT NULL
      ), known (name) AS (
        SELECT name FROM names WHERE name IS NOT NULL UNION SELECT queue FROM ${this.paused} WHERE queue <> ''
      ), told AS MATERIALIZED (
        SELECT name, (${counted}) AS scheduled,
          EXISTS (SELECT FROM ${this.paused} p WHERE p.queue IN ('', n.name)) AS paused FROM known n
      ) SELECT name, scheduled, paused FROM told WHERE scheduled > 0 OR paused`,
    );
  }

  /** When the first was due of all that may be claimed now. */
  async oldestDue(): Promise<number | undefined> {
    const [row] = await this.calls.queryAlongIndexes<{ at: number | null }>(
      `WITH RECURSIVE groups (queue, np) AS (
        (SELECT group_id, -priority ${this.waiting} ORDER BY group_id, (-priority) LIMIT 1)
        UNION ALL
        SELECT n.* FROM groups g CROSS JOIN LATERAL (
          SELECT group_id, -priority ${this.waiting} AND (group_id, (-priority)) > (g.queue, g.np)
          ORDER BY group_id, (-priority) LIMIT 1
        ) n
      ) SELECT ${milliseconds('min(n.at)')} AS at FROM groups g CROSS JOIN LATERAL (
        SELECT start_after AS at ${this.waiting} AND group_id = g.queue AND (-priority) = g.np
          AND start_after <= statement_timestamp() ORDER BY start_after LIMIT 1
      ) n WHERE NOT EXISTS (SELECT FROM ${this.paused} p WHERE p.queue IN ('', g.queue))`,
    );
    return row?.at ?? undefined;
  }
}
