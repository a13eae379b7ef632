import type { JobState, ListFilter, ListOrder } from '../scheduling/job-entry.js';
import { RequestError } from './request.error.js';

const DEFAULT_LIMIT = 50;
const MOST = 500;
const TEXTS = ['name', 'command', 'key', 'queue', 'cursor'] as const;

/** The filter that a query string asks for. States and order are for the scheduler to check. */
export function toListFilter(query: URLSearchParams): ListFilter {
  const states = query
    .getAll('state')
    .flatMap((text) => text.split(','))
    .filter(Boolean);
  const from = timeOf(query, 'from');
  const before = timeOf(query, 'before');
  return {
    order: (query.get('order') || 'newest-first') as ListOrder,
    limit: limitOf(query.get('limit')),
    ...(states.length > 0 && { state: states as JobState[] }),
    ...(from && { scheduledFrom: from }),
    ...(before && { scheduledBefore: before }),
    ...Object.fromEntries(TEXTS.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : []))),
  };
}

export function toTime(name: string, text: unknown): Date {
  const time = typeof text === 'string' ? new Date(text) : undefined;
  if (time && Number.isFinite(time.getTime())) return time;
  throw RequestError.invalid(`\`${name}\` must be a time such as 2026-01-31T12:00:00Z.`);
}

function timeOf(query: URLSearchParams, name: string): Date | undefined {
  const text = query.get(name);
  return text ? toTime(name, text) : undefined;
}

function limitOf(text: string | null): number {
  if (!text) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw RequestError.invalid(`\`limit\` must be a whole number from 1 to ${MOST}.`);
}
