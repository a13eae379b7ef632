import type { NewEntry, StoredEntry } from '../../scheduling/stored-entry.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import type { ClaimedEntry } from '../../worker/work-source.js';

/**
 * A row of pg-boss's table, as we use it: `group_id` is our queue, `group_tier` the kind of job, `singleton_key` the key
 * (`=` before it), `source_name` the worker that runs it, `retry_count` the claims after the first.
 */
export interface EntryRow {
  id: string;
  state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  priority: number;
  data: EntryData;
  key: string | null;
  queue: string;
  claim: number;
  begun: boolean;
  run_at: number;
  started_at: number | null;
  finished_at: number | null;
  output: EntryOutput | null;
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
export const HELD_KEY = `j.state = 'created' AND j.policy = 'short' AND coalesce(j.singleton_key, '')`;

/** Where those wait that no process knows, far beyond what is ever due. */
export const FAR = `timestamptz '200000-01-01 00:00Z'`;

export function milliseconds(timestamp: string): string {
  return `(extract(epoch FROM ${timestamp}) * 1000)::float8`;
}

/** Keys are told apart from ids, of which an entry without a key has its own. */
export const keyOf = (key: string): string => `=${key}`;

export function kindOf({ name, version, command }: StoredKind): string {
  return `${name} ${version}${command ? ` ${command.name} ${command.version}` : ''}`;
}

export function toEntry(row: EntryRow): ClaimedEntry {
  const { data, output } = row;
  const parked = output?.parked;
  const more =
    data.more === undefined ? undefined : (JSON.parse(data.more) as Pick<NewEntry, 'metadata' | 'policy'>);
  return {
    id: row.id,
    name: data.name,
    version: data.version,
    ...(data.command && { command: data.command }),
    data: data.payload,
    metadata: more?.metadata ?? {},
    ...(more?.policy && { policy: more.policy }),
    state: stateOf(row),
    runAt: Math.round(parked?.runAt ?? row.run_at),
    scheduledAt: data.at,
    queue: row.queue,
    priority: row.priority,
    attempts: data.attempts,
    attempt: attemptOf(row),
    claim: row.claim,
    ...(row.key?.startsWith('=') && { key: row.key.slice(1), holdsKey: row.state === 'created' }),
    ...(row.state === 'active' && output?.cancel && { stopping: true as const }),
    ...(typeof row.worker === 'string' && { worker: row.worker }),
    ...(row.started_at !== null && { startedAt: Math.round(row.started_at) }),
    ...(row.finished_at !== null && { finishedAt: Math.round(row.finished_at) }),
    ...(output?.error && { lastError: output.error }),
    ...(output?.progress && { progress: output.progress }),
    ...(parked && { parked: { reason: parked.reason, text: parked.text } }),
  };
}

function attemptOf({ begun, claim, output }: EntryRow): number {
  return begun ? claim + 1 - (output?.skipped ?? 0) : 0;
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
      return output?.parked ? 'parked' : 'scheduled';
  }
}

/** jsonb takes neither NUL nor half a character, either of which an error's message may hold. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\uFFFD') : part,
  );
}
