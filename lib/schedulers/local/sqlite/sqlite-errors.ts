import { EventFlowJobsError } from '../../../eventflow-jobs.error.js';

/**
 * The file is none that entries can be kept in: no database, somebody else's, or of a newer release. It is left as it
 * is.
 *
 * @publicApi
 */
export class UnusableStoreError extends EventFlowJobsError {}

const GENERAL = 1;
const BUSY = 5;
const LOCKED = 6;
export const NOT_A_DATABASE = 26;
const CANNOT_OPEN = 14;
const READ_ONLY = 8;
const DAMAGED = 11;
const CONSTRAINT = 19;
/** An extended one. */
const FAILED_SYNC = 1034;

export const isBusy = (error: unknown): boolean => [BUSY, LOCKED].includes(codeOf(error));
export const isNoDatabase = (error: unknown): boolean => codeOf(error) === NOT_A_DATABASE;
export const isNotToBeOpened = (error: unknown): boolean => [CANNOT_OPEN, READ_ONLY].includes(codeOf(error));
/** A rule of the app's own tables was broken. */
export const isRefusal = (error: unknown): boolean => codeOf(error) === CONSTRAINT;
export const isDamaged = (error: unknown): boolean => codeOf(error) === DAMAGED;

/** Of a RELEASE: an open statement, say, would be another one. */
export const isNoSuchSavepoint = (error: unknown): boolean => codeOf(error) === GENERAL;

export const isFailedSync = (error: unknown): boolean =>
  (error as { errcode?: unknown } | null)?.errcode === FAILED_SYNC;

export function isSqliteError(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_SQLITE_ERROR';
}

/** SQLite's primary result code; the extended ones hold it in their low byte. */
function codeOf(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : -1;
}
