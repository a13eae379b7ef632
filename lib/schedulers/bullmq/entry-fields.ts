import { DEFAULT_ATTEMPTS } from '../../jobs/job-policy.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { NewEntry, StoredEntry } from '../../scheduling/stored-entry.js';
import type { ClaimedEntry } from '../../worker/work-source.js';
import type { Argument } from './redis-access.js';

/** An entry as the scripts tell it: its id, its queue, and the fields of its hash. */
export type EntryFields = readonly (string | null)[];

/** BullMQ's priorities: lower runs first, from 0 to 2^21. Ours: higher runs first, from -1,000,000 to 1,000,000. */
const HIGHEST = 1_048_576;

/** What makes a kind of job: name and version, and for a command those of the command. */
export function kindOf({ name, version, command }: StoredKind): string {
  return JSON.stringify(command ? [name, version, command.name, command.version] : [name, version]);
}

const kinds = new Map<string, StoredKind>();
const MOST_KINDS = 10_000;

export function kindFrom(text: string): StoredKind {
  const known = kinds.get(text);
  if (known) return known;
  const [name = text, version = 0, command, commandVersion = 0] = parsed<
    [string?, number?, string?, number?]
  >(text, []);
  const kind: StoredKind =
    command === undefined
      ? { name, version }
      : { name, version, command: { name: command, version: commandVersion } };
  // Names come from the store, and may be any number.
  if (kinds.size >= MOST_KINDS) kinds.clear();
  kinds.set(text, kind);
  return kind;
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
function optionsOf({ attempts, metadata, policy }: NewEntry): string {
  const hasMore = policy !== undefined || Object.keys(metadata).length > 0;
  const options: EntryOptions = {
    attempts,
    ...(hasMore && { eventflow: { metadata, ...(policy && { policy }) } }),
  };
  return JSON.stringify(options);
}

const NO_REASON = { reason: 'unknown', text: 'Why it is parked cannot be read.' } as const;

export function toEntry(fields: EntryFields): ClaimedEntry {
  const [id, queue, state, kind, data, opts, runAt, timestamp, priority, key, attempt, ats] = fields;
  const [processedOn, finishedOn, failedReason, stacktrace, errorName, progress, parked] = fields.slice(12);
  const { attempts = DEFAULT_ATTEMPTS, eventflow } = parsed<Partial<EntryOptions>>(opts, {});
  return {
    id: id!,
    ...kindFrom(kind ?? ''),
    data: data ?? '',
    metadata: eventflow?.metadata ?? {},
    ...(eventflow?.policy && { policy: eventflow.policy }),
    state: state as JobState,
    runAt: Number(runAt),
    scheduledAt: Number(timestamp),
    queue: queue!,
    priority: HIGHEST - Number(priority),
    attempts,
    attempt: Number(attempt ?? 0),
    claim: Number(ats ?? 0),
    ...(typeof key === 'string' && { key }),
    ...(processedOn && { startedAt: Number(processedOn) }),
    ...(finishedOn && { finishedAt: Number(finishedOn) }),
    ...(typeof failedReason === 'string' && { lastError: errorOf(failedReason, errorName, stacktrace) }),
    ...(progress && { progress: parsed<NonNullable<StoredEntry['progress']>>(progress, { fraction: 0 }) }),
    ...(parked && { parked: parsed<NonNullable<StoredEntry['parked']>>(parked, NO_REASON) }),
  };
}

function errorOf(
  message: string,
  name: string | null | undefined,
  stacktrace: string | null | undefined,
): NonNullable<StoredEntry['lastError']> {
  const [stack] = parsed<string[]>(stacktrace, []);
  return { name: name ?? 'Error', message, ...(stack && { stack }) };
}

/** What was edited by hand must not keep a worker from all that lies behind it. */
function parsed<T extends object>(text: string | null | undefined, instead: T): T {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? (value as T) : instead;
  } catch {
    return instead;
  }
}
