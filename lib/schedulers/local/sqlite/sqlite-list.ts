import type { JobState } from '../../../scheduling/job-entry.js';
import type { ListQuery } from '../../../scheduling/queries.js';
import type { StoredEntry } from '../../../scheduling/stored-entry.js';
import { sequenceOf } from '../list-cursor.js';
import type { SqliteAccess } from './sqlite-access.js';
import { type EntryRow, STATE, toEntry } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const ENTRIES = 'eventflow_jobs_entries';
const PUBLISH_COMMAND = 'PublishCommand';
/** A list may have to look at all entries: in steps, since each blocks the event loop. */
const LOOKED_AT_ONCE = 10_000;

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
    const terms: [string, string | number | undefined][] = [
      ['seq > ?', after],
      ['seq <= ?', to],
      [nameTerm(name), name ?? (command === undefined ? undefined : PUBLISH_COMMAND)],
      ['command_name = ?', command],
      ['key = ? AND key IS NOT NULL', key],
      ['queue = ?', queue],
    ];
    const given = terms.filter((term): term is [string, string | number] => term[1] !== undefined);
    const where = [...given.map(([term]) => term), ...(states ? [statesTerm(states)] : [])].join(' AND ');
    const rows = this.sql.all<EntryRow>(
      `SELECT * FROM ${ENTRIES} WHERE ${where} ORDER BY seq LIMIT ?`,
      ...given.map(([, value]) => value),
      most,
    );
    if (rows.length === most) return { rows, next: undefined };
    const { seq } = this.sql.get<{ seq: number | null }>(
      `SELECT min(seq) AS seq FROM ${ENTRIES} WHERE seq > ?`,
      to,
    )!;
    return { rows, next: seq === null ? undefined : seq - 1 };
  }
}

/** Jobs that hold no command have none in the index either; those that do are looked for by its name, or else one by one. */
function nameTerm(name: string | undefined): string {
  if (name === undefined) return 'name = ?';
  return name === PUBLISH_COMMAND ? '+name = ?' : 'name = ? AND command_name IS NULL';
}

/** Written out, so that SQLite sees which partial index will do. */
function statesTerm(states: readonly JobState[]): string {
  if (states.length === 1) {
    const [state] = states;
    if (state === 'running') return 'state = 1 AND owner IS NOT NULL';
    if (state !== 'scheduled') return `state = ${STATE[state!]} AND state > 1`;
  }
  return `state IN (${states.map((state) => STATE[state]).join(', ')})`;
}
