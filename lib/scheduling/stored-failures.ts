import type { StoredEntry, StoredError } from './stored-entry.js';

/** So many are kept beside the last. */
export const MOST_EARLIER = 19;
/** Of their stacks, in characters: one entry is not to grow without bound. */
const LONGEST_EARLIER_STACK = 1_000;

/** What an attempt threw, with what those before it did. */
export function withEarlierFailures(
  error: StoredError,
  { attempt, lastError }: Pick<StoredEntry, 'attempt' | 'lastError'>,
  at: number,
): StoredError {
  const earlier = lastError ? [...earlierOf(lastError), shortened(lastError)].slice(-MOST_EARLIER) : [];
  return { ...error, attempt, at, ...(earlier.length > 0 && { earlier }) };
}

/** Those that can be read: a store's content may have been edited by hand. */
export function earlierOf({ earlier }: StoredError): readonly StoredError[] {
  if (!Array.isArray(earlier)) return [];
  return (earlier as unknown[]).filter(isError);
}

function isError(value: unknown): value is StoredError {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message, stack, attempt } = value as Record<string, unknown>;
  const isText = (text: unknown) => typeof text === 'string';
  return (
    isText(name) &&
    isText(message) &&
    (stack === undefined || isText(stack)) &&
    (attempt === undefined || typeof attempt === 'number')
  );
}

function shortened({ earlier: _, stack, ...error }: StoredError): StoredError {
  return { ...error, ...(stack !== undefined && { stack: stack.slice(0, LONGEST_EARLIER_STACK) }) };
}
