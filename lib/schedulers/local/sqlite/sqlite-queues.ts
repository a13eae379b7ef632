import { MOST_COUNTED, type QueueEntry } from '../../../scheduling/job-entry.js';
import type { SqliteStatements } from './sqlite-statements.js';

const PAUSED = 'eventflow_jobs_paused';
const WAITING = 'FROM eventflow_jobs_entries WHERE state = 0';

/** Each queue is found by a seek in an index, and what waits in it is counted there, up to a bound. */
const QUEUES = `
  WITH RECURSIVE names (q) AS (
    SELECT * FROM (SELECT queue ${WAITING} AND queue >= '' ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (SELECT queue ${WAITING} AND queue > q ORDER BY queue LIMIT 1) FROM names WHERE q IS NOT NULL
  )
  SELECT q AS name, (SELECT count(*) FROM (SELECT 1 ${WAITING} AND queue = q LIMIT ${MOST_COUNTED})) AS scheduled,
    EXISTS (SELECT 1 FROM ${PAUSED} AS p WHERE p.queue IN ('', q)) AS paused
  FROM names WHERE q IS NOT NULL
  UNION SELECT p.queue, 0, 1 FROM ${PAUSED} AS p WHERE p.queue <> ''
    AND NOT EXISTS (SELECT 1 ${WAITING} AND queue = p.queue)`;

/** The queues of which entries wait, or that are paused. */
export function findQueues(sql: SqliteStatements): QueueEntry[] {
  return sql
    .all<{ name: string; scheduled: number; paused: number }>(QUEUES)
    .map(({ name, scheduled, paused }) => ({ name, scheduled, paused: paused === 1 }));
}
