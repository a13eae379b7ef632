import type { JobState } from '../../../scheduling/job-entry.js';
import type { ListQuery } from '../../../scheduling/queries.js';
import type { StoredEntry } from '../../../scheduling/stored-entry.js';
import { sequenceOf } from '../list-cursor.js';
import type { SqliteAccess } from './sqlite-access.js';
import type { SqliteCounts } from './sqlite-counts.js';
import { type EntryRow, STATE, toEntry } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const ENTRIES = 'eventflow_jobs_entries';
const PUBLISH_COMMAND = 'PublishCommand';
/** A list may have to look at all entries: in steps, since each blocks the event loop. */
const LOOKED_AT_ONCE = 10_000;
/** Those that have succeeded have no index in the order of scheduling: so many are looked for in that of their ends. */
const FEW = 1_000;
/** What each living worker holds; one of the release before has not written that. */
const HELD = 'SELECT value FROM eventflow_jobs_workers, json_each(held)';
const OLDER = 'SELECT 1 FROM eventflow_jobs_workers WHERE held IS NULL';

const DIRECTIONS = {
  'oldest-first': { beyond: '>', within: '<=', order: 'ASC', first: 'min', step: LOOKED_AT_ONCE },
  'newest-first': { beyond: '<', within: '>=', order: 'DESC', first: 'max', step: -LOOKED_AT_ONCE },
} as const;
const LAST_PLACE = Number.MAX_SAFE_INTEGER - LOOKED_AT_ONCE;

interface ListStep {
  readonly rows: EntryRow[];
  /** Beyond which place the next step looks, if there is more to look at. */
  readonly next: number | undefined;
}

/** Pages of entries, by when they were scheduled. */
export class SqliteList {
  constructor(
    private readonly sql: SqliteStatements,
    private readonly access: SqliteAccess,
    private readonly counts: SqliteCounts,
  ) {}

  async page(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    const { limit, cursor } = query;
    const rows: EntryRow[] = [];
    let place: number | undefined =
      cursor === undefined ? placeBeforeAll(query) : Math.min(sequenceOf(cursor), LAST_PLACE);
    while (place !== undefined) {
      const from: number = place;
      const step = this.access.read(() => this.look(query, from, limit + 1 - rows.length));
      rows.push(...step.rows);
      place = step.next;
      if (place !== undefined) await new Promise((resolve) => setImmediate(resolve));
    }
    const page = rows.slice(0, limit);
    return { entries: page.map(toEntry), ...(rows.length > limit && { cursor: String(page.at(-1)!.seq) }) };
  }

  /** Beyond this place, and no further than a step of its own goes. */
  private look(query: ListQuery, place: number, most: number): ListStep {
    const { states, name, command, key, queue, from, before } = query;
    const { beyond, within, order, first, step } = DIRECTIONS[query.order];
    const to = place + step;
    const ofStates = states && this.statesTerm(states);
    const terms: [string, string | number | undefined][] = [
      // With the plus SQLite does not go along it: what else is looked for stands in another index, and is little.
      [`${ofStates?.few ? '+' : ''}seq ${beyond} ?`, place],
      [`seq ${within} ?`, ofStates?.few ? undefined : to],
      ...nameTerms(name, command),
      ['key = ? AND key IS NOT NULL', key],
      ['queue = ?', queue],
      ['scheduled_at >= ?', from],
      ['scheduled_at < ?', before],
    ];
    const given = terms.filter((term): term is [string, string | number] => term[1] !== undefined);
    const where = [...given.map(([term]) => term), ...(ofStates ? [ofStates.term] : [])].join(' AND ');
    const rows = this.sql.all<EntryRow>(
      `SELECT * FROM ${ENTRIES} WHERE ${where} ORDER BY seq ${order} LIMIT ?`,
      ...given.map(([, value]) => value),
      most,
    );
    if (ofStates?.few || rows.length === most) return { rows, next: undefined };
    const { seq } = this.sql.get<{ seq: number | null }>(
      `SELECT ${first}(seq) AS seq FROM ${ENTRIES} WHERE seq ${beyond} ?`,
      to,
    )!;
    return { rows, next: seq === null ? undefined : seq - Math.sign(step) };
  }

  /** Written out, so that SQLite sees which partial index will do. */
  private statesTerm(states: readonly JobState[]): { term: string; few?: boolean } {
    const [state] = states;
    if (states.length === 1) {
      if (state === 'running' && this.sql.get(OLDER) === undefined)
        return { term: `seq IN (${HELD}) AND state = 1`, few: true };
      if (state === 'succeeded' && this.counts.read().succeeded <= FEW)
        return {
          term: `finished_at IS NOT NULL AND finished_at < ${Number.MAX_SAFE_INTEGER} AND state = 2`,
          few: true,
        };
      if (STATE[state!] > STATE.succeeded) return { term: `state = ${STATE[state!]} AND state > 2` };
    }
    return { term: `state IN (${states.map((one) => STATE[one]).join(', ')})` };
  }
}

function placeBeforeAll({ order }: ListQuery): number {
  return order === 'newest-first' ? LAST_PLACE : 0;
}

/** An entry stands in the index by the name of its command, else by that of its job. */
function nameTerms(name: string | undefined, command: string | undefined): [string, string | undefined][] {
  const indexed = 'coalesce(command_name, name) = ?';
  if (command !== undefined)
    return [
      [indexed, command],
      ['command_name IS NOT NULL AND +name = ?', name ?? PUBLISH_COMMAND],
    ];
  return name === PUBLISH_COMMAND ? [['+name = ?', name]] : [[`${indexed} AND command_name IS NULL`, name]];
}
