import { InvalidScheduleError } from '../../scheduling/invalid-schedule.error.js';
import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import { type EntryFields, toEntry } from './entry-fields.js';
import type { Argument } from './redis-access.js';

/** So many entries are looked at in one step, in which the server does nothing else. */
const LOOKED_AT = 1_000;

/** Before all places. */
const EDGES = { 'oldest-first': '0', 'newest-first': String(Number.MAX_SAFE_INTEGER) } as const;

type Answer = [last: string, ...[place: string, ...EntryFields][]];

/** By when they were scheduled, after a place rather than an offset. */
export async function listPage(
  step: (args: readonly Argument[]) => Promise<Answer>,
  { states, queue, name, command, key, from, before, order, limit, cursor }: ListQuery,
): Promise<{ entries: StoredEntry[]; cursor?: string }> {
  const filters = [
    states ? `,${states.join(',')},` : '',
    ...[queue, name, command, key].map((text) => (text === undefined ? '' : `=${text}`)),
    from ?? '',
    before ?? '',
    order === 'newest-first' ? 1 : 0,
  ];
  const found: [string, ...EntryFields][] = [];
  let place: string = cursor === undefined ? EDGES[order] : placeOf(cursor);
  // One more than is wanted, to know whether there is one.
  do {
    const [last, ...rows] = await step([place, limit + 1 - found.length, LOOKED_AT, ...filters]);
    found.push(...rows);
    place = last;
  } while (place !== '' && found.length <= limit);
  const page = found.slice(0, limit);
  return {
    entries: page.map(([, ...fields]) => toEntry(fields)),
    ...(found.length > limit && { cursor: page.at(-1)![0] }),
  };
}

function placeOf(cursor: string): string {
  if (/^\d{1,16}$/.test(cursor)) return cursor;
  throw new InvalidScheduleError(
    'The cursor is none that list() gave: pass the one of the page before, unchanged.',
  );
}
