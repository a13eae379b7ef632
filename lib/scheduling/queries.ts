import { InvalidScheduleError } from './invalid-schedule.error.js';
import { type IdOrKey, JOB_STATES, type JobState, type ListFilter, type ListOrder } from './job-entry.js';
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
  /** Scheduled at this time or later; before that one. Milliseconds since 1970, UTC. */
  readonly from?: number;
  readonly before?: number;
  readonly order: ListOrder;
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

const ORDERS: readonly ListOrder[] = ['oldest-first', 'newest-first'];

export function toListQuery({
  state,
  limit = DEFAULT_LIMIT,
  order = 'oldest-first',
  scheduledFrom,
  scheduledBefore,
  ...others
}: ListFilter): ListQuery {
  const filter = {
    ...others,
    ...(scheduledFrom !== undefined && { from: timeOf('scheduledFrom', scheduledFrom) }),
    ...(scheduledBefore !== undefined && { before: timeOf('scheduledBefore', scheduledBefore) }),
    order,
  };
  if (!ORDERS.includes(order)) {
    throw new InvalidScheduleError(`'${String(order)}' is no order: use ${ORDERS.join(' or ')}.`);
  }
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

function timeOf(name: string, date: Date): number {
  const time = date instanceof Date ? date.getTime() : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new InvalidScheduleError(`${name} must be a valid Date.`);
}
