import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import { printable } from '../serialization/printable.js';

/**
 * A time, a delay, a key or a recurring schedule that cannot be meant.
 * Thrown to the caller before anything is stored.
 *
 * @publicApi
 */
export class InvalidScheduleError extends EventFlowJobsError {}

const MOST_SHOWN = 60;

/** The value at fault as an error text shows it. Runs no code of the value's own, which may be hostile. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return printable(JSON.stringify(shortened(value)));
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : 'an object';
    default:
      return `a ${typeof value}`;
  }
}

/** Text from outside, a name say, within a sentence. */
export function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/**
 * What a caller passed is read once, and kept: a getter or a proxy may answer otherwise the next time.
 *
 * @throws {InvalidScheduleError} where it throws instead of answering.
 */
export function readOnce<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof EventFlowJobsError) throw cause;
    throw unreadable(what, cause);
  }
}

export function unreadable(what: string, cause: unknown): InvalidScheduleError {
  return new InvalidScheduleError(
    `${what} cannot be read: pass a plain object, without getters that throw.`,
    {
      cause,
    },
  );
}
