import { inspect } from 'node:util';
import { expect } from 'vitest';

/** Each where such things lie; none of them is ever to be written anywhere but into the store. */
export const SECRETS = {
  payload: 'Payl0ad-s3cret',
  token: 'T0ken-s3cret',
  metadata: 'Metad4ta-s3cret',
  password: 'Passw0rd-s3cret',
} as const;

/** The beginning of one is a leak as well: servers and parsers cut what they quote. */
const TOLD = 8;

export function expectNoSecret(text: string): void {
  const leaks = Object.entries(SECRETS).filter(([, secret]) => text.includes(secret.slice(0, TOLD)));
  expect(
    leaks.map(([kind]) => kind),
    text,
  ).toEqual([]);
}

/** All that any logger could make of an error: causes, stacks, and whatever hangs on it. */
export function allOf(error: unknown): string {
  return inspect(error, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
}

/** The error of a call, in which there is no secret. */
export async function cleanErrorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    expectNoSecret(allOf(error));
    return error as Error;
  }
  throw new Error('An error was expected, but none was thrown.');
}
