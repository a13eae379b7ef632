import type { JobId } from '../../jobs/job-id.js';
import type { Adoption, StoredEntry } from '../../scheduling/stored-entry.js';
import type { Executor } from './access.js';
import { FOREVER, type Installation } from './installation.js';
import { toData } from './pg-columns.js';
import {
  type EntryOutput,
  type EntryRow,
  FAR,
  holdersOf,
  inOrderOfKeys,
  jsonText,
  keyOf,
  kindOf,
} from './pg-rows.js';

/** Somebody else may take and leave a key again and again: then we give up. */
const MOST_TRIES = 50;

/** Entries of another scheduler, taken over as they are there. */
export class PgAdoption {
  private readonly statement: string;
  private readonly there: string;
  private readonly holders: string;
  private lastPlace = 0;

  constructor(
    installation: Installation,
    private readonly channel: string,
    /** In seconds. */
    private readonly retention: number,
  ) {
    const { schema, table, queue } = installation;
    const timestamp = (column: string) => `to_timestamp(${column} / 1000)`;
    this.statement = `WITH input AS (
        SELECT * FROM json_to_recordset($1::json) AS x (id uuid, key text, queue text, kind text, priority int, state text,
          run float8, place float8, started float8, finished float8, claims int, data text, output text)
      ), ins AS (
        INSERT INTO ${table} (id, name, state, data, output, priority, start_after, created_on, started_on, completed_on,
          retry_count, singleton_key, group_id, group_tier, expire_seconds, deletion_seconds, keep_until, retry_limit, policy,
          blocked)
        SELECT id, '${queue}', state::${schema}.job_state, data::jsonb, output::jsonb, priority,
          CASE WHEN run IS NULL THEN ${FAR} ELSE ${timestamp('run')} END,
          timestamptz 'epoch' + place * interval '1 microsecond', ${timestamp('started')}, ${timestamp('finished')},
          claims, key, queue, kind, ${FOREVER}, $2::int, 'infinity', ${FOREVER},
          CASE WHEN key IS NOT NULL THEN 'short' END, true
        FROM input ON CONFLICT DO NOTHING RETURNING id
      ), told AS (
        SELECT pg_notify($3::text, 'due 0') FROM (SELECT FROM ins LIMIT 1) AS any_of_them
      ) SELECT id, (SELECT count(*) FROM told) FROM ins`;
    this.there = `SELECT id FROM ${table} WHERE name = '${queue}' AND id = ANY ($1::uuid[])`;
    this.holders = holdersOf(installation, 'unnest($1::text[]) AS keys (key)');
  }

  async adopt(transaction: Executor, entries: readonly StoredEntry[]): Promise<Adoption> {
    const rows = inOrderOfKeys(entries.map((entry) => toRow(entry, this.placeOf(entry))));
    const adopted = new Set<JobId>();
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      const left = rows.filter(({ id }) => !adopted.has(id));
      const inserted = await transaction.executeSql(this.statement, [
        JSON.stringify(left),
        this.retention,
        this.channel,
      ]);
      for (const { id } of inserted.rows as { id: JobId }[]) adopted.add(id);
      const found = await this.explain(
        transaction,
        entries.filter(({ id }) => !adopted.has(id)),
      );
      if (found) return { adopted: entries.map(({ id }) => id).filter((id) => adopted.has(id)), ...found };
    }
    throw new Error('The key of an entry is taken and left by others all the time.');
  }

  /** Why these are left out; nothing, where one need not be any more. */
  private async explain(
    transaction: Executor,
    left: readonly StoredEntry[],
  ): Promise<Omit<Adoption, 'adopted'> | undefined> {
    if (left.length === 0) return { known: [], conflicts: [] };
    const there = await transaction.executeSql(this.there, [left.map(({ id }) => id)]);
    const known = new Set((there.rows as { id: JobId }[]).map(({ id }) => id));
    const refused = left.filter(({ id }) => !known.has(id));
    const { rows } = await transaction.executeSql(this.holders, [refused.map(({ key }) => keyOf(key ?? ''))]);
    const holders = new Map((rows as { key: string; id: JobId }[]).map(({ key, id }) => [key, id]));
    const conflicts = refused.flatMap(({ id, key = '' }) => {
      const holder = holders.get(keyOf(key));
      return holder === undefined ? [] : [{ id, key, holder }];
    });
    return conflicts.length < refused.length ? undefined : { known: [...known], conflicts };
  }

  /** When it was scheduled, in microseconds, and a moment later than the one before it. */
  private placeOf({ scheduledAt }: StoredEntry): number {
    this.lastPlace = Math.max(this.lastPlace + 1, scheduledAt * 1_000);
    return this.lastPlace;
  }
}

function toRow(entry: StoredEntry, place: number) {
  const { id, key, queue, priority, runAt, startedAt, finishedAt, attempt, state } = entry;
  const hasBegun = attempt > 0 || startedAt !== undefined;
  return {
    id,
    key: key === undefined ? null : keyOf(key),
    queue,
    kind: kindOf(entry),
    priority,
    state: stateOf(entry),
    run: state === 'parked' ? null : runAt,
    place,
    started: hasBegun ? (startedAt ?? runAt) : null,
    finished: finishedAt ?? null,
    claims: Math.max(0, attempt - 1),
    data: JSON.stringify(toData(entry)),
    output: jsonText(outputOf(entry, hasBegun)),
  };
}

/** What has begun waits as a retry, and then holds its key no longer. */
function stateOf({ state, key, holdsKey, attempt }: StoredEntry): EntryRow['state'] {
  if (state === 'failed') return state;
  return (key === undefined ? attempt === 0 : holdsKey) ? 'created' : 'retry';
}

function outputOf(
  { attempt, lastError, progress, parked, runAt }: StoredEntry,
  hasBegun: boolean,
): EntryOutput {
  return {
    // A claim that does not count: it was snoozed, or parked when it was to begin.
    ...(hasBegun && attempt === 0 && { skipped: 1 }),
    ...(lastError && { error: lastError }),
    ...(progress && { progress }),
    ...(parked && { parked: { ...parked, runAt } }),
  };
}
