import { isDate } from 'node:util/types';
import type { JobId } from '../jobs/job-id.js';
import { InvalidScheduleError, readOnce, shown } from './invalid-schedule.error.js';
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

const TEXTS = ['name', 'command', 'key', 'queue', 'cursor'] as const;

/** @throws {InvalidScheduleError} where it names no entry. */
export function toEntryRef(idOrKey: IdOrKey): EntryRef {
  if (typeof idOrKey === 'string') return { id: idOrKey };
  const { id, key } = readOnce('The id or key of an entry', () => ({
    ...((idOrKey ?? {}) as { id?: unknown; key?: unknown }),
  }));
  if (typeof id === 'string') return { id };
  if (typeof key === 'string') return { key };
  throw new InvalidScheduleError('Name the entry by its id, by { id } or by { key }.');
}

const ORDERS: readonly ListOrder[] = ['oldest-first', 'newest-first'];

/** @throws {InvalidScheduleError} where it is no id: a key does not do. */
export function toId(id: unknown): JobId {
  if (typeof id === 'string') return id;
  throw new InvalidScheduleError('Name the entry by its id, a text.');
}

/** @throws {InvalidScheduleError} where it is no filter. */
export function toListQuery(filter: ListFilter): ListQuery {
  if (typeof filter !== 'object') throw new InvalidScheduleError("A list's filter is an object.");
  return readOnce("A list's filter", () => {
    const {
      state,
      limit = DEFAULT_LIMIT,
      order = 'oldest-first',
      scheduledFrom,
      scheduledBefore,
      ...rest
    } = filter;
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
      throw new InvalidScheduleError(`limit must be a whole number from 1 to ${MOST}.`);
    }
    if (!ORDERS.includes(order)) {
      throw new InvalidScheduleError(`${shown(order)} is no order: use ${ORDERS.join(' or ')}.`);
    }
    const texts = Object.fromEntries(TEXTS.map((name) => [name, textOf(name, rest[name])]));
    return {
      ...texts,
      limit,
      order,
      ...(scheduledFrom !== undefined && { from: timeOf('scheduledFrom', scheduledFrom) }),
      ...(scheduledBefore !== undefined && { before: timeOf('scheduledBefore', scheduledBefore) }),
      ...(state !== undefined && { states: statesOf(state) }),
    };
  });
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new InvalidScheduleError(`${name} of a list's filter must be text, but is ${shown(value)}.`);
}

function statesOf(state: unknown): JobState[] {
  const states: unknown[] = Array.isArray(state) ? [...(state as unknown[])] : [state];
  const wrong = states.findIndex((one) => !JOB_STATES.includes(one as JobState));
  if (wrong === -1) return states as JobState[];
  throw new InvalidScheduleError(`${shown(states[wrong])} is no state: use ${JOB_STATES.join(', ')}.`);
}

function timeOf(name: string, date: unknown): number {
  // Not `date.getTime()`: the date may come from another realm, or be tampered with.
  const time = isDate(date) ? Date.prototype.getTime.call(date) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new InvalidScheduleError(`${name} must be a valid Date.`);
}
