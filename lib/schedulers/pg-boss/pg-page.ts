import type { ListQuery } from '../../scheduling/queries.js';

/** So many are sorted, where their order would lead through all that have ended. */
const FEW = 2_000;

/** The index by the time of scheduling has all entries: to look in it for a few of some state is to read the others too. */
type Way = 'order of all' | 'own index' | 'all of them' | 'all of them if few';

/** How the entries of a page are found. */
export function wayTo({ states, key }: ListQuery): Way {
  if (states?.length !== 1 || key !== undefined) return 'order of all';
  switch (states[0]) {
    case 'parked':
    case 'failed':
      return 'own index';
    case 'running':
      // There are never more than the workers' slots.
      return 'all of them';
    case 'scheduled':
      return 'all of them if few';
    default:
      return 'order of all';
  }
}

/** Fits no index that begins with the name: the planner cannot know how few of all entries there are in a partial one. */
export const ofQueueAsText = (queue: string): string => `j.name || '' = '${queue}'`;

interface Page {
  readonly table: string;
  /** Selects the entries as `j`; more terms may follow. */
  readonly entries: string;
  readonly ordered: (alias: string) => string;
}

/** Each part says by itself along which index it goes: what the planner knows of the table may be long out of date. */
export function pageStatement(way: Way, { table, entries, ordered }: Page): string {
  if (way === 'all of them') return `WITH a AS MATERIALIZED (${entries}) SELECT * FROM a ${ordered('a')}`;
  if (way !== 'all of them if few') return `${entries} ${ordered('j')}`;
  return `WITH w AS MATERIALIZED (
    SELECT id FROM ${table} WHERE state < 'active' ORDER BY group_id, (-priority), start_after, id LIMIT ${FEW + 1}
  ), c AS MATERIALIZED (SELECT count(*) AS waiting FROM w), a AS MATERIALIZED (
    SELECT e.* FROM w CROSS JOIN LATERAL (${entries} AND j.id = w.id OFFSET 0) e
      WHERE (SELECT waiting FROM c) <= ${FEW}
    UNION ALL
    SELECT * FROM (${entries} AND (SELECT waiting FROM c) > ${FEW} ${ordered('j')}) o
  ) SELECT * FROM a ${ordered('a')}`;
}
