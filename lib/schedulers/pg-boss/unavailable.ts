import { answeredWithin } from '../../engine/answered-within.js';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { bareError } from '../../jobs/bare-error.js';
import { messageOf } from '../../jobs/thrown.js';
import { SchedulerUnavailableError } from '../../scheduling/scheduling.errors.js';

/**
 * Connection lost, shutting down or starting, out of resources, read-only, as after a failover, and what the server's own
 * timeouts cut off: of a statement, of waiting for a lock, of a transaction.
 */
const AWAY = /^(08|53|57P|57014|55P03|25006|25P03|25P04)/;

/** The server's answer, if it was one: five places. */
function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether the server, rather than the statement, is what failed. */
export function isAway(error: unknown): boolean {
  if (error instanceof EventFlowJobsError) return error instanceof SchedulerUnavailableError;
  const state = sqlStateOf(error);
  return state === undefined || AWAY.test(state);
}

/** Whether one of the server's timeouts cut it off: the same statement may be again, and again. */
export function isCutOff(error: unknown): boolean {
  return /^(57014|55P03)$/.test(sqlStateOf(error) ?? '');
}

/** Whether it and others waited for each other: then the server ends one of them, and undoes it. */
export function isDeadlock(error: unknown): boolean {
  return sqlStateOf(error) === '40P01';
}

/** What a caller gets: where the server could not be reached or did not answer, that, and else its own error. */
export function toCallersError(error: unknown): unknown {
  if (error instanceof EventFlowJobsError) return error;
  bareError(error);
  if (!isAway(error)) return error;
  return new SchedulerUnavailableError(`PostgreSQL cannot be reached: ${messageOf(error)}`, { cause: error });
}

/** @throws {SchedulerUnavailableError} where the server cannot be reached, or does not answer in time. */
export async function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  try {
    return await answeredWithin(timeout, 'PostgreSQL', work);
  } catch (error) {
    throw toCallersError(error);
  }
}
