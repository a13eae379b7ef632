import type { Installation } from './installation.js';
import { DEFAULT_ATTEMPTS } from '../../jobs/job-policy.js';
import type { NewEntry, StoredEntry } from '../../scheduling/stored-entry.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import type { ClaimedEntry } from '../../worker/work-source.js';
import {
  asObject,
  commandFrom,
  errorFrom,
  numberOr,
  objectFrom,
  parkedFrom,
  progressFrom,
  textOr,
  timeOr,
} from './readable-row.js';

/**
 * A row of pg-boss's table, as we use it: `group_id` is our queue, `group_tier` the kind of job, `singleton_key` the key
 * (`=` before it), `source_name` the worker that runs it, `retry_count` the claims after the first.
 */
export interface EntryRow {
  id: string;
  state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  priority: number;
  data: unknown;
  key: string | null;
  queue: string | null;
  claim: number;
  begun: boolean;
  run_at: number | string;
  started_at: number | string | null;
  finished_at: number | string | null;
  output: unknown;
  worker?: string | null;
}

/** What stays as it was scheduled. Text that may hold anything is JSON within JSON: jsonb takes no NUL. */
export interface EntryData {
  name: string;
  version: number;
  command?: { name: string; version: number };
  attempts: number;
  /** When it was scheduled. */
  at: number;
  payload: string;
  /** Metadata and policy, as JSON. */
  more?: string;
}

/** What has come of it so far. */
export interface EntryOutput {
  /** Claims that do not count as attempts. */
  skipped?: number;
  error?: StoredEntry['lastError'];
  progress?: StoredEntry['progress'];
  parked?: { reason: 'unknown' | 'refused'; text: string; runAt: number };
  cancel?: true;
}

export const COLUMNS = `j.id, j.state::text AS state, j.priority, j.data, j.singleton_key AS key, j.group_id AS queue,
  j.retry_count AS claim, j.started_on IS NOT NULL AS begun, ${milliseconds('j.start_after')} AS run_at,
  ${milliseconds('j.started_on')} AS started_at, ${milliseconds('j.completed_on')} AS finished_at, j.output`;

/** With what is of interest to people only. */
export const SHOWN_COLUMNS = `${COLUMNS}, j.source_name AS worker`;

/** To be followed by a comparison: all of what pg-boss's unique index over the keys of what has not begun asks for. */
const HELD_KEY = `j.state = 'created' AND j.policy = 'short' AND coalesce(j.singleton_key, '')`;

/**
 * Who holds each of the keys `keys`, each found by a look into that index: without statistics, straight after many entries
 * came, the planner would take those with keys for a handful, and read them all.
 *
 * @param keys something with a column `key`.
 * @param lock `FOR UPDATE`, to lock them in the order in which the keys come.
 */
export function holdersOf({ table, queue }: Installation, keys: string, lock = ''): string {
  return `SELECT keys.key, held.id FROM ${keys} CROSS JOIN LATERAL (
      SELECT j.id FROM ${table} j WHERE j.name = '${queue}' AND ${HELD_KEY} = keys.key LIMIT 1 ${lock}
    ) AS held`;
}

/** Where those wait that no process knows, far beyond what is ever due. */
export const FAR = `timestamptz '200000-01-01 00:00Z'`;

export function milliseconds(timestamp: string): string {
  return `(extract(epoch FROM ${timestamp}) * 1000)::float8`;
}

/** Keys are told apart from ids, of which an entry without a key has its own. */
export const keyOf = (key: string): string => `=${key}`;

/** Two that take the same keys, each in an order of its own, would wait for each other. */
export function inOrderOfKeys<T extends { readonly key?: string | null | undefined }>(
  rows: readonly T[],
): readonly T[] {
  if (rows.every(({ key }) => key === undefined || key === null)) return rows;
  return rows.toSorted(({ key: a }, { key: b }) => {
    const [one, other] = [a ?? '', b ?? ''];
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

export function kindOf({ name, version, command }: StoredKind): string {
  return `${name} ${version}${command ? ` ${command.name} ${command.version}` : ''}`;
}

export function toEntry(row: EntryRow): ClaimedEntry {
  const data: Readonly<Partial<Record<keyof EntryData, unknown>>> = asObject(row.data);
  const output: Readonly<Partial<Record<keyof EntryOutput, unknown>>> = asObject(row.output);
  const { metadata, policy } = objectFrom(data.more);
  const [command, error] = [commandFrom(data.command), errorFrom(output.error)];
  const [progress, parked] = [progressFrom(output.progress), parkedFrom(output.parked)];
  return {
    id: row.id,
    name: textOr(data.name, ''),
    version: numberOr(data.version, 0),
    ...(command && { command }),
    data: textOr(data.payload, ''),
    metadata: asObject(metadata) as NewEntry['metadata'],
    ...(policy !== undefined && { policy: asObject(policy) }),
    state: stateOf(row),
    runAt: timeOr(parked?.runAt, timeOr(row.run_at, 0)),
    scheduledAt: timeOr(data.at, 0),
    queue: row.queue ?? '',
    priority: row.priority,
    attempts: numberOr(data.attempts, DEFAULT_ATTEMPTS),
    attempt: attemptOf(row),
    claim: row.claim,
    ...(row.key?.startsWith('=') && { key: row.key.slice(1), holdsKey: row.state === 'created' }),
    ...(row.state === 'active' &&
      asObject(row.output)['cancel'] !== undefined && { stopping: true as const }),
    ...(typeof row.worker === 'string' && { worker: row.worker }),
    ...(row.started_at !== null && { startedAt: timeOr(row.started_at, 0) }),
    ...(row.finished_at !== null && { finishedAt: timeOr(row.finished_at, 0) }),
    ...(error && { lastError: error }),
    ...(progress && { progress }),
    ...(parked && { parked: { reason: parked.reason, text: parked.text } }),
  };
}

function attemptOf({ begun, claim, output }: EntryRow): number {
  if (!begun) return 0;
  const { skipped } = asObject(output);
  return Math.max(0, claim + 1 - Math.max(0, numberOr(skipped, 0)));
}

function stateOf({ state, output }: EntryRow): JobState {
  switch (state) {
    case 'active':
      return 'running';
    case 'completed':
      return 'succeeded';
    case 'failed':
    case 'cancelled':
      return state;
    default:
      return asObject(output)['parked'] === undefined ? 'scheduled' : 'parked';
  }
}

/** jsonb takes neither NUL nor half a character, either of which an error's message may hold. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\uFFFD') : part,
  );
}
