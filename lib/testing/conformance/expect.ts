import { isDeepStrictEqual } from 'node:util';
import type { Type } from '@nestjs/common';

/** A promise that was not kept. */
class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}

export function fail(message: string): never {
  throw new ConformanceError(message);
}

export function check(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message);
}

export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  fail(`${what}: expected ${show(expected)}, but got ${show(actual)}`);
}

/** Nothing may have happened yet: what a case that only waits for the effect would never see. */
export function checkNone(happened: readonly unknown[], what: string): void {
  if (happened.length > 0) fail(`${what} too early: ${show(happened)}`);
}

export async function checkRejects<E extends Error>(
  type: Type<E> | (abstract new (...args: never[]) => E),
  action: () => Promise<unknown>,
  what: string,
): Promise<E> {
  let value: unknown;
  try {
    value = await action();
  } catch (error) {
    if (error instanceof type) return error;
    return fail(`${what}: expected a ${type.name}, but it rejected with ${String(error)}`);
  }
  return fail(`${what}: expected a ${type.name}, but it resolved with ${show(value)}`);
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one)) ?? String(value)
  );
}
