import { DEFAULT_ATTEMPTS } from '../../jobs/job-policy.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import { JOB_STATES, type JobState } from '../../scheduling/job-entry.js';
import type { NewEntry, StoredEntry } from '../../scheduling/stored-entry.js';
import type { ClaimedEntry } from '../../worker/work-source.js';
import { type Fields, asObject, listFrom, numberFrom, objectFrom } from './readable-text.js';
import type { Argument } from './redis-access.js';

/** An entry as the scripts tell it: its id, its queue, and the fields of its hash. */
export type EntryFields = readonly (string | null)[];

/** BullMQ's priorities: lower runs first, from 0 to 2^21. Ours: higher runs first, from -1,000,000 to 1,000,000. */
export const HIGHEST = 1_048_576;

/** What makes a kind of job: name and version, and for a command those of the command. */
export function kindOf({ name, version, command }: StoredKind): string {
  return JSON.stringify(command ? [name, version, command.name, command.version] : [name, version]);
}

const kinds = new Map<string, StoredKind>();
const MOST_KINDS = 10_000;

export function kindFrom(text: string): StoredKind {
  const known = kinds.get(text);
  if (known) return known;
  const kind = kindOfParts(listFrom(text)) ?? { name: text, version: 0 };
  // Names come from the store, and may be any number.
  if (kinds.size >= MOST_KINDS) kinds.clear();
  kinds.set(text, kind);
  return kind;
}

function kindOfParts([name, version, ...rest]: readonly unknown[]): StoredKind | undefined {
  if (typeof name !== 'string' || typeof version !== 'number') return undefined;
  const command = rest.length > 0 ? kindOfParts(rest) : undefined;
  return command ? { name, version, command } : { name, version };
}

/** In the order in which the script reads them. BullMQ's `name` is what its tools show. */
export function toArguments(entry: NewEntry): Argument[] {
  const { id, queue, runAt, priority, key = '', onConflict, name, command, data, scheduledAt } = entry;
  return [
    id,
    queue,
    runAt,
    HIGHEST - priority,
    key,
    onConflict,
    command?.name ?? name,
    kindOf(entry),
    data,
    optionsOf(entry),
    scheduledAt,
  ];
}

interface EntryOptions {
  attempts: number;
  eventflow?: Pick<NewEntry, 'metadata' | 'policy'>;
}

/** In BullMQ's `opts`, with what is ours beside. */
export function optionsOf({
  attempts,
  metadata,
  policy,
}: Pick<NewEntry, 'attempts' | 'metadata' | 'policy'>): string {
  const hasMore = policy !== undefined || Object.keys(metadata).length > 0;
  const options: EntryOptions = {
    attempts,
    ...(hasMore && { eventflow: { metadata, ...(policy && { policy }) } }),
  };
  return JSON.stringify(options);
}

const STATES: ReadonlySet<string | null | undefined> = new Set(JOB_STATES);
const NO_REASON = { reason: 'unknown', text: 'Why it is parked cannot be read.' } as const;

export function toEntry(fields: EntryFields): ClaimedEntry {
  const [id, queue, state, kind, data, opts, runAt, timestamp, priority, key, attempt, ats] = fields;
  const [processedOn, finishedOn, failedReason, stacktrace, errorName, progress, parked, failures, worker] =
    fields.slice(12);
  const [holds, cancel] = fields.slice(21);
  const { attempts, eventflow } = objectFrom(opts) as { attempts?: unknown; eventflow?: unknown };
  const { metadata, policy } = asObject(eventflow) as { metadata?: unknown; policy?: unknown };
  return {
    id: id!,
    ...kindFrom(kind ?? ''),
    data: data ?? '',
    metadata: asObject(metadata) as NewEntry['metadata'],
    ...(policy !== undefined && { policy: asObject(policy) }),
    // That of an entry which lies where one waits, and says nothing.
    state: STATES.has(state) ? (state as JobState) : 'scheduled',
    runAt: numberFrom(runAt, Number(timestamp)),
    scheduledAt: numberFrom(timestamp, 0),
    queue: queue!,
    priority: HIGHEST - numberFrom(priority, HIGHEST),
    attempts: typeof attempts === 'number' ? attempts : DEFAULT_ATTEMPTS,
    attempt: numberFrom(attempt, 0),
    claim: numberFrom(ats, 0),
    ...(typeof key === 'string' && { key, holdsKey: typeof holds === 'string' && state !== 'running' }),
    ...(state === 'running' && cancel && { stopping: true as const }),
    ...(processedOn && { startedAt: numberFrom(processedOn, 0) }),
    ...(finishedOn && { finishedAt: numberFrom(finishedOn, 0) }),
    ...(typeof failedReason === 'string' && {
      lastError: errorOf(failedReason, errorName, stacktrace, objectFrom(failures)),
    }),
    ...(worker && { worker }),
    ...(progress && { progress: progressFrom(objectFrom(progress)) }),
    ...(parked && { parked: parkedFrom(objectFrom(parked)) }),
  };
}

function progressFrom({ fraction, note }: Fields): NonNullable<StoredEntry['progress']> {
  return {
    fraction: typeof fraction === 'number' ? fraction : 0,
    ...(typeof note === 'string' && { note }),
  };
}

function parkedFrom({ reason, text }: Fields): NonNullable<StoredEntry['parked']> {
  if ((reason !== 'unknown' && reason !== 'refused') || typeof text !== 'string') return NO_REASON;
  return { reason, text };
}

function errorOf(
  message: string,
  name: string | null | undefined,
  stacktrace: string | null | undefined,
  { attempt, at, earlier }: Fields,
): NonNullable<StoredEntry['lastError']> {
  const [stack] = listFrom(stacktrace);
  return {
    name: name ?? 'Error',
    message,
    ...(typeof stack === 'string' && stack && { stack }),
    ...(typeof attempt === 'number' && { attempt }),
    ...(typeof at === 'number' && { at }),
    ...(Array.isArray(earlier) && { earlier }),
  };
}
