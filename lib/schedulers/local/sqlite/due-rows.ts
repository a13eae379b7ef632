import type { StoredError } from '../../../scheduling/stored-entry.js';
import type { ClaimedEntry } from '../../../worker/work-source.js';
import { parsedObject, policyOf, withTexts } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

/** In bytes: data of more are read one by one, as far as they may be. */
const LARGE = 16 * 1024;

/** No more columns than one that waits has, and without their names: each costs as much as a small row does. */
const DUE = `SELECT seq, id, name, version, command_name, command_version, iif(octet_length(data) <= ${LARGE}, data, NULL),
  metadata, policy, run_at, scheduled_at, key, attempt, attempts, claim, error FROM eventflow_jobs_entries
  WHERE state = 0 AND queue = ? AND priority = ? AND run_at <= ? ORDER BY run_at, seq LIMIT ?`;

const DATA = 'SELECT data FROM eventflow_jobs_entries WHERE seq = ?';

const SEQ = 0;
const RUN_AT = 9;
const DATA_OF = 6;

type Columns = [
  seq: number,
  id: string,
  name: string,
  version: number,
  commandName: string | null,
  commandVersion: number | null,
  data: string | null,
  metadata: string | null,
  policy: string | null,
  runAt: number,
  scheduledAt: number,
  key: string | null,
  attempt: number,
  attempts: number,
  claim: number,
  error: string | null,
];

/** One that waits, and is due. */
export interface DueRow {
  readonly queue: string;
  readonly priority: number;
  readonly columns: Columns;
}

/** The first of those that are due in a queue with a priority. */
export function findDue(
  sql: SqliteStatements,
  queue: string,
  priority: number,
  now: number,
  limit: number,
): DueRow[] {
  return sql
    .arrays<Columns>(DUE, queue, priority, now, limit)
    .map((columns) => ({ queue, priority, columns }));
}

/**
 * Those that may be read at once: together no more than `most` bytes of large ones. Of each queue with slots of its own,
 * and of all others together, at least one, and none before those that come first there.
 */
export function withTheirData(
  sql: SqliteStatements,
  rows: readonly DueRow[],
  own: ReadonlyMap<string, number>,
  most: number,
): DueRow[] {
  let bytes = 0;
  const served = new Set<string | undefined>();
  const full = new Set<string | undefined>();
  return rows.filter(({ queue, columns }) => {
    const slots = own.has(queue) ? queue : undefined;
    if (full.has(slots)) return false;
    if (columns[DATA_OF] !== null) return true;
    if (bytes >= most && served.has(slots)) {
      full.add(slots);
      return false;
    }
    const { data } = sql.get<{ data: string }>(DATA, columns[SEQ])!;
    served.add(slots);
    bytes += data.length;
    columns[DATA_OF] = data;
    return true;
  });
}

export function seqOf({ columns }: DueRow): number {
  return columns[SEQ];
}

export function byPriorityAndTime(a: DueRow, b: DueRow): number {
  return b.priority - a.priority || a.columns[RUN_AT] - b.columns[RUN_AT] || a.columns[SEQ] - b.columns[SEQ];
}

export function waitingEntry({ queue, priority, columns }: DueRow): ClaimedEntry {
  const [, id, name, version, commandName, commandVersion, data, metadata, policy, ...rest] = columns;
  const [runAt, scheduledAt, key, attempt, attempts, claim, error] = rest;
  const lastError = withTexts<StoredError>(error, 'name', 'message');
  return {
    id,
    name,
    version,
    ...(commandName !== null && { command: { name: commandName, version: commandVersion! } }),
    data: data!,
    metadata: parsedObject(metadata) ?? {},
    state: 'scheduled',
    runAt,
    scheduledAt,
    queue,
    priority,
    attempt,
    attempts,
    claim,
    ...(policy !== null && { policy: policyOf(policy) }),
    ...(key !== null && { key }),
    ...(lastError && { lastError }),
  };
}
