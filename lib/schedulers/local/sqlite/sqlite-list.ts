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

interface ListStep {
  readonly rows: EntryRow[];
  /** After which place the next step looks, if there is more to look at. */
  readonly next: number | undefined;
}

/** Pages of entries, in the order of scheduling. */
export class SqliteList {
  constructor(
    private readonly sql: SqliteStatements,
    private readonly access: SqliteAccess,
    private readonly counts: SqliteCounts,
  ) {}

  async page(query: ListQuery): Promise<{ entries: StoredEntry[]; cursor?: string }> {
    const { limit, cursor } = query;
    const rows: EntryRow[] = [];
    for (
      let after: number | undefined = cursor === undefined ? 0 : sequenceOf(cursor);
      after !== undefined;
    ) {
      const from: number = after;
      const step = this.access.read(() => this.look(query, from, limit + 1 - rows.length));
      rows.push(...step.rows);
      after = step.next;
      if (after !== undefined) await new Promise((resolve) => setImmediate(resolve));
    }
    const page = rows.slice(0, limit);
    return { entries: page.map(toEntry), ...(rows.length > limit && { cursor: String(page.at(-1)!.seq) }) };
  }

  /** After this place, and no further than a step of its own goes. */
  private look({ states, name, command, key, queue }: ListQuery, after: number, most: number): ListStep {
    const to = after + LOOKED_AT_ONCE;
    const ofStates = states && this.statesTerm(states);
    const terms: [string, string | number | undefined][] = [
      // With the plus SQLite does not go along it: what else is looked for stands in another index, and is little.
      [ofStates?.few ? '+seq > ?' : 'seq > ?', after],
      ['seq <= ?', ofStates?.few ? undefined : to],
      ...nameTerms(name, command),
      ['key = ? AND key IS NOT NULL', key],
      ['queue = ?', queue],
    ];
    const given = terms.filter((term): term is [string, string | number] => term[1] !== undefined);
    const where = [...given.map(([term]) => term), ...(ofStates ? [ofStates.term] : [])].join(' AND ');
    const rows = this.sql.all<EntryRow>(
      `SELECT * FROM ${ENTRIES} WHERE ${where} ORDER BY seq LIMIT ?`,
      ...given.map(([, value]) => value),
      most,
    );
    if (ofStates?.few) return { rows, next: undefined };
    if (rows.length === most) return { rows, next: undefined };
    const { seq } = this.sql.get<{ seq: number | null }>(
      `SELECT min(seq) AS seq FROM ${ENTRIES} WHERE seq > ?`,
      to,
    )!;
    return { rows, next: seq === null ? undefined : seq - 1 };
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
