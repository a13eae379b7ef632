import { isProxy } from 'node:util/types';
import type { StoredError } from '../scheduling/stored-entry.js';

const LONGEST_MESSAGE = 2_000;
const LONGEST_STACK = 8_000;

/** Class, message and stack of what was thrown, and nothing else that might hang on it. */
export function toStoredError(error: Error): StoredError {
  const stack = readable(() => error.stack);
  return {
    name: readable(() => error.name)?.slice(0, 255) ?? 'Error',
    message:
      readable(() => error.message)?.slice(0, LONGEST_MESSAGE) ?? 'The message of the error cannot be read.',
    ...(stack !== undefined && { stack: stack.slice(0, LONGEST_STACK) }),
  };
}

/** Its message, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return toStoredError(toError(thrown)).message;
}

/** Whatever was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  // To ask a proxy for anything, its class included, may throw in turn.
  if (!isProxy(thrown) && isError(thrown)) return thrown;
  const text = typeof thrown === 'string' ? thrown : typeof thrown;
  return new Error(`Something other than an Error was thrown: ${text}`, { cause: thrown });
}

/** Of another realm as well, as in Jest. */
function isError(thrown: unknown): thrown is Error {
  if (thrown instanceof Error) return true;
  return readable(() => Object.prototype.toString.call(thrown)) === '[object Error]';
}

/** What a job throws may have getters that throw in turn, and fields that are no text. */
function readable(read: () => unknown): string | undefined {
  try {
    const value = read();
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
