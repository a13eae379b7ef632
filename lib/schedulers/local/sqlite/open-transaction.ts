import type { DatabaseSync } from 'node:sqlite';
import { isSqliteError } from './sqlite-errors.js';

/** Whether a transaction is open on a handle of the caller's; `undefined` where the handle itself is closed. */
export function hasOpenTransaction(database: DatabaseSync): boolean | undefined {
  const handle = database as { isOpen?: boolean; isTransaction?: boolean };
  // A closed one throws when it is asked.
  if (handle.isOpen === false) return undefined;
  return handle.isTransaction ?? cannotBegin(database);
}

/** Node.js 22.13 does not say. A transaction in which nothing is done takes no lock: nobody notices it. */
function cannotBegin(database: DatabaseSync): boolean | undefined {
  try {
    database.exec('BEGIN');
  } catch (error) {
    return isSqliteError(error) ? true : undefined;
  }
  database.exec('ROLLBACK');
  return false;
}
