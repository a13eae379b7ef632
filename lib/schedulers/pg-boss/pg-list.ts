import { InvalidScheduleError } from '../../scheduling/invalid-schedule.error.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import type { Installation } from './installation.js';
import { ofQueueAsText, pageStatement, wayTo } from './pg-page.js';
import { SHOWN_COLUMNS, type EntryRow, keyOf, toEntry } from './pg-rows.js';

const PARKED = `(j.state < 'active' AND j.output -> 'parked' IS NOT NULL)`;

const STATE_TERMS: Record<JobState, string> = {
  scheduled: `(j.state < 'active' AND j.output -> 'parked' IS NULL)`,
  running: `j.state = 'active'`,
  succeeded: `j.state = 'completed'`,
  failed: `j.state = 'failed'`,
  cancelled: `j.state = 'cancelled'`,
  parked: PARKED,
};

/** In microseconds since 1970; within what a cursor can say. */
const PLACE = `CASE WHEN j.created_on < '1970-01-01Z' THEN '0' WHEN j.created_on > '5000-01-01Z' THEN '99999999999999999'
  ELSE (extract(epoch FROM j.created_on) * 1000000)::int8::text END`;

/** When it was scheduled; that of a row that somebody has edited is long ago. */
const AT = `(CASE WHEN jsonb_typeof(j.data -> 'at') = 'number' THEN (j.data ->> 'at')::numeric ELSE 0 END)`;

const PUBLISH_COMMAND = 'PublishCommand';

/** The statement for a page, by when they were scheduled, after a place rather than an offset. */
export function listStatement(
  { table, queue }: Installation,
  query: ListQuery,
): { text: string; values: unknown[] } {
  const { states, name, command, key, from, before, order, limit, cursor } = query;
  const isNewestFirst = order === 'newest-first';
  const way = wayTo(query);
  const values: unknown[] = [];
  const terms = [way === 'own index' ? ofQueueAsText(queue) : `j.name = '${queue}'`];
  const add = (term: (place: string) => string, value: unknown) => {
    values.push(value);
    terms.push(term(`$${values.length}`));
  };
  if (states) terms.push(`(${states.map((state) => STATE_TERMS[state]).join(' OR ') || 'false'})`);
  if (name !== undefined) add((place) => `starts_with(j.group_tier, ${place})`, `${clean(name)} `);
  if (command !== undefined) {
    terms.push(`starts_with(j.group_tier, '${PUBLISH_COMMAND} ')`);
    add((place) => `j.data -> 'command' ->> 'name' = ${place}`, clean(command));
  }
  if (key !== undefined)
    add((place) => `j.singleton_key = ${place} AND left(j.singleton_key, 1) = '='`, keyOf(clean(key)));
  if (query.queue !== undefined) add((place) => `j.group_id = ${place}`, clean(query.queue));
  if (from !== undefined) add((place) => `${AT} >= ${place}`, from);
  if (before !== undefined) add((place) => `${AT} < ${place}`, before);
  if (cursor !== undefined) {
    const [place, id] = placeOf(cursor);
    values.push(place, id);
    terms.push(
      `(j.created_on, j.id) ${isNewestFirst ? '<' : '>'} (timestamptz 'epoch' + $${values.length - 1}::int8 * interval '1 microsecond', $${values.length}::uuid)`,
    );
  }
  values.push(limit + 1);
  const direction = isNewestFirst ? 'DESC' : 'ASC';
  const text = pageStatement(way, {
    table,
    entries: `SELECT ${SHOWN_COLUMNS}, ${PLACE} AS place, j.created_on FROM ${table} j WHERE ${terms.join(' AND ')}`,
    ordered: (alias) =>
      `ORDER BY ${alias}.created_on ${direction}, ${alias}.id ${direction} LIMIT $${values.length}`,
  });
  return { text, values };
}

export function toPage(
  rows: (EntryRow & { place: string })[],
  limit: number,
): { entries: StoredEntry[]; cursor?: string } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page.map(toEntry),
    ...(rows.length > limit && last && { cursor: `${last.place}_${last.id}` }),
  };
}

function placeOf(cursor: string): [string, string] {
  const match = /^(\d{1,17})_([0-9a-f-]{36})$/.exec(cursor);
  if (match) return [match[1]!, match[2]!];
  throw new InvalidScheduleError(
    'The cursor is none that list() gave: pass the one of the page before, unchanged.',
  );
}

/** No entry is called by what the server cannot hold; an error would be no answer to a search. */
function clean(text: string): string {
  return String(text).toWellFormed().replaceAll('\0', '\uFFFD');
}
