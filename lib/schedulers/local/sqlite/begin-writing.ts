import type { DatabaseSync } from 'node:sqlite';
import type { SqliteAccess } from './sqlite-access.js';
import { isBusy } from './sqlite-errors.js';

/** Each vain try blocks the event loop: the pauses between them grow to this many of the first. */
const LONGEST_PAUSE = 10;

/**
 * Begins a transaction on a connection beside that of the store, as soon as nobody else writes.
 *
 * @param mayWait asked before each try; what it throws ends the wait.
 * @returns whether it was begun.
 */
export async function beginWriting(
  database: DatabaseSync,
  access: SqliteAccess,
  mayWait: (refusal: Error | undefined) => boolean,
): Promise<boolean> {
  let refusal: Error | undefined;
  for (let refusals = 1; mayWait(refusal); refusals++) {
    access.assertThere();
    // Those of this process need not be met in the file.
    refusal = access.held;
    if (refusal === undefined) {
      try {
        database.exec('BEGIN IMMEDIATE');
        return true;
      } catch (error) {
        if (!isBusy(error)) throw error;
        refusal = error as Error;
      }
    }
    const pause = (0.5 + Math.random() * 2) * Math.min(refusals, LONGEST_PAUSE);
    await new Promise((again) => setTimeout(again, pause));
  }
  return false;
}
