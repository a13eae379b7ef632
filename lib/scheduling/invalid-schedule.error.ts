import { EventFlowJobsError } from '../eventflow-jobs.error.js';

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
      return JSON.stringify(value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value);
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
