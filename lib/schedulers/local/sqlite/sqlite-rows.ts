import { problemOfPolicy } from '../../../jobs/job-policy.js';
import { ROOM } from './row-room.js';
import { JOB_STATES, type JobState } from '../../../scheduling/job-entry.js';
import type { ParkedReason } from '../../../jobs/unrunnable-job.error.js';
import type { NewEntry, StoredEntry } from '../../../scheduling/stored-entry.js';
import type { ClaimedEntry } from '../../../worker/work-source.js';

/** States are stored by their place in this list, which only ever grows at its end. */
export const STATE = Object.fromEntries(JOB_STATES.map((state, index) => [state, index])) as Record<
  JobState,
  number
>;

export interface EntryRow {
  seq: number;
  id: string;
  name: string;
  version: number;
  command_name: string | null;
  command_version: number | null;
  data: string;
  metadata: string | null;
  policy: string | null;
  state: number;
  run_at: number;
  scheduled_at: number;
  started_at: number | null;
  finished_at: number | null;
  key: string | null;
  /** Where it was asked for. */
  held_key?: string | null;
  queue: string;
  priority: number;
  attempt: number;
  attempts: number;
  claim: number;
  owner: number | null;
  cancel_requested: number | null;
  progress: string | null;
  error: string | null;
  parked: string | null;
}

export const INSERT = `INSERT INTO eventflow_jobs_entries (id, name, version, command_name, command_version, data,
  metadata, policy, state, run_at, scheduled_at, key, held_key, queue, priority, attempts, room)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, zeroblob(${ROOM}))`;

/** Rows in one statement: to bind and to step costs as much as to insert, and is saved for all but one of them. */
export const ROWS_AT_ONCE = 10;

/** Of entries that have nothing in the columns that most leave empty: each value costs, an empty one as well. */
export function insertPlain(rows: number): string {
  const row = `(?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, zeroblob(${ROOM}))`;
  return `INSERT INTO eventflow_jobs_entries (id, name, version, command_name, command_version, data, state, run_at,
    scheduled_at, queue, priority, attempts, room) VALUES ${Array<string>(rows).fill(row).join(', ')}`;
}

export function isPlain({ key, policy, metadata }: NewEntry): boolean {
  return key === undefined && policy === undefined && Object.keys(metadata).length === 0;
}

export function plainValues(entry: NewEntry): (string | number | null)[] {
  return [
    entry.id,
    entry.name,
    entry.version,
    entry.command?.name ?? null,
    entry.command?.version ?? null,
    entry.data,
    entry.runAt,
    entry.scheduledAt,
    entry.queue,
    entry.priority,
    entry.attempts,
  ];
}

export function insertValues(entry: NewEntry): (string | number | null)[] {
  const key = entry.key ?? null;
  return [
    entry.id,
    entry.name,
    entry.version,
    entry.command?.name ?? null,
    entry.command?.version ?? null,
    entry.data,
    json(entry.metadata),
    entry.policy ? json(entry.policy) : null,
    entry.runAt,
    entry.scheduledAt,
    key,
    key,
    entry.queue,
    entry.priority,
    entry.attempts,
  ];
}

export function toEntry(row: EntryRow): ClaimedEntry {
  return {
    id: row.id,
    ...storedJobOf(row),
    data: row.data,
    metadata: parsedObject(row.metadata) ?? {},
    state: JOB_STATES[row.state]!,
    runAt: row.run_at,
    scheduledAt: row.scheduled_at,
    queue: row.queue,
    priority: row.priority,
    attempt: row.attempt,
    attempts: row.attempts,
    claim: row.claim,
    ...(row.policy !== null && { policy: policyOf(row.policy) }),
    ...(row.key !== null && { key: row.key }),
    ...(row.key !== null && row.held_key !== undefined && { holdsKey: row.held_key !== null }),
    ...(row.state === STATE.running && row.cancel_requested !== null && { stopping: true as const }),
    ...(row.owner !== null && { worker: String(row.owner) }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...optional('progress', parsedObject<NonNullable<StoredEntry['progress']>>(row.progress)),
    ...optional('lastError', withTexts<NonNullable<StoredEntry['lastError']>>(row.error, 'name', 'message')),
    ...optional('parked', withTexts<NonNullable<StoredEntry['parked']>>(row.parked, 'reason', 'text')),
  };
}

/** What is needed to tell whether there is a class for it. */
export function storedJobOf(
  row: Pick<EntryRow, 'name' | 'version' | 'command_name' | 'command_version'>,
): Pick<StoredEntry, 'name' | 'version' | 'command'> {
  const command = row.command_name !== null && { name: row.command_name, version: row.command_version! };
  return { name: row.name, version: row.version, ...(command && { command }) };
}

export function parkedReasonOf({ parked: text }: Pick<EntryRow, 'parked'>): ParkedReason {
  return parsedObject<NonNullable<StoredEntry['parked']>>(text)?.reason === 'refused' ? 'refused' : 'unknown';
}

export function json(value: object): string | null {
  const text = JSON.stringify(value);
  return text === '{}' ? null : text;
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

/** One that makes no sense would throw in the middle of an attempt. */
export function policyOf(text: string): NonNullable<StoredEntry['policy']> {
  const policy = parsedObject<NonNullable<StoredEntry['policy']>>(text) ?? {};
  return problemOfPolicy(policy) === undefined ? policy : {};
}

export function withTexts<T extends object>(text: string | null, ...names: (keyof T)[]): T | undefined {
  const value = parsedObject<T>(text);
  return value && names.every((name) => typeof value[name] === 'string') ? value : undefined;
}

/** What somebody has edited by hand into nonsense counts as missing: it must not stop a worker. */
export function parsedObject<T>(text: string | null): T | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
