import { InvalidScheduleError } from './invalid-schedule.error.js';
import { type IdOrKey, JOB_STATES, type JobState, type ListFilter } from './job-entry.js';
import type { EntryRef } from './stored-entry.js';

const DEFAULT_LIMIT = 100;
const MOST = 10_000;

/**
 * A list filter with its defaults.
 *
 * @publicApi
 */
export interface ListQuery {
  readonly states?: readonly JobState[];
  readonly name?: string;
  readonly command?: string;
  readonly key?: string;
  readonly queue?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export function toEntryRef(idOrKey: IdOrKey): EntryRef {
  if (typeof idOrKey === 'string') return { id: idOrKey };
  const { id, key } = (idOrKey ?? {}) as { id?: unknown; key?: unknown };
  if (typeof id === 'string') return { id };
  if (typeof key === 'string') return { key };
  throw new InvalidScheduleError('Name the entry by its id, by { id } or by { key }.');
}

export function toListQuery({ state, limit = DEFAULT_LIMIT, ...filter }: ListFilter): ListQuery {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new InvalidScheduleError(`limit must be a whole number from 1 to ${MOST}.`);
  }
  if (state === undefined) return { ...filter, limit };
  const states = [state].flat();
  const wrong = states.find((one) => !JOB_STATES.includes(one));
  if (wrong !== undefined) {
    throw new InvalidScheduleError(`'${String(wrong)}' is no state: use ${JOB_STATES.join(', ')}.`);
  }
  return { ...filter, limit, states };
}
