import type { JobId } from '../../jobs/job-id.js';
import { DuplicateJobKeyError } from '../../scheduling/scheduling.errors.js';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';
import type { Executor } from './access.js';
import { FOREVER, type Installation } from './installation.js';
import { toColumns } from './pg-columns.js';
import { COLUMNS, type EntryRow, holdersOf, inOrderOfKeys, keyOf, toEntry } from './pg-rows.js';

/** Workers look for themselves this often, in seconds: what is due later needs no word to them. */
const HORIZON = 60;

/** Somebody else may take and leave a key again and again: then we give up. */
const MOST_TRIES = 50;

const ROUND = 'eventflow_jobs_round';

type Results = (InsertResult | Error)[];

interface Inserted {
  count: number;
  /** Where these are not all. */
  ids: JobId[] | null;
  gone: EntryRow[] | null;
}

/** Puts entries into pg-boss's table, all in one statement, which tells the workers too: at the commit, whoever's it is. */
export class PgInsert {
  private lastPlace = 0;
  private readonly places = new WeakMap<NewEntry, number>();
  private readonly statement: string;
  private readonly replacing: string;
  private readonly holders: string;

  constructor(
    installation: Installation,
    private readonly channel: string,
    /** In seconds. */
    private readonly retention: number,
  ) {
    const { table, queue } = installation;
    const statement = (gone: string) => `
      WITH input AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::float8[], $7::float8[],
          $8::text[], $9::bool[]) AS x (id, key, queue, kind, priority, run, at, data, replace)
      ), gone AS (${gone}
      ), ins AS (
        INSERT INTO ${table} (id, name, data, priority, start_after, created_on, singleton_key, group_id, group_tier,
          expire_seconds, deletion_seconds, keep_until, retry_limit, policy, blocked)
        SELECT id, '${queue}', data::jsonb, priority, to_timestamp(run / 1000),
          timestamptz 'epoch' + at * interval '1 microsecond', key, queue, kind,
          ${FOREVER}, $10::int, 'infinity', ${FOREVER}, CASE WHEN key IS NOT NULL THEN 'short' END, true
        FROM input WHERE (SELECT count(*) FROM gone) >= 0
        ON CONFLICT DO NOTHING RETURNING id, start_after
      ), told AS (
        SELECT pg_notify($11::text, 'due ' || (extract(epoch FROM first) * 1000)::int8)
        FROM (SELECT min(start_after) AS first FROM ins) AS earliest
        WHERE first < clock_timestamp() + interval '${HORIZON} seconds'
      )
      SELECT (SELECT count(*)::int FROM ins) AS count, (SELECT count(*)::int FROM told) AS told,
        CASE WHEN (SELECT count(*) FROM ins) < cardinality($1::uuid[]) THEN (SELECT json_agg(id) FROM ins) END AS ids,
        (SELECT json_agg(gone) FROM gone) AS gone`;
    this.statement = statement(' SELECT WHERE false');
    const replaced = holdersOf(installation, '(SELECT key FROM input WHERE replace) AS keys', 'FOR UPDATE');
    this.replacing = statement(`
        UPDATE ${table} j SET state = 'cancelled', completed_on = clock_timestamp()
        WHERE j.name = '${queue}' AND j.id = ANY (ARRAY(SELECT id FROM (${replaced}) AS replaced))
        RETURNING ${COLUMNS}`);
    this.holders = holdersOf(installation, 'unnest($1::text[]) AS keys (key)');
  }

  /**
   * Each entry comes to its own result: its id, that of the one which holds its key, or an error.
   *
   * @param executor in no transaction, or in one of which {@link PgInsert.insertWithin} says so.
   */
  async insert(executor: Executor, entries: readonly NewEntry[]): Promise<Results> {
    this.place(entries);
    const results = new Map<JobId, InsertResult | Error>();
    let left = inOrderOfKeys(entries);
    for (let tries = 1; left.length > 0; tries++) {
      left = await this.round(executor, left, results);
      assertTries(tries, left);
    }
    return entries.map(({ id }) => results.get(id)!);
  }

  /**
   * As {@link PgInsert.insert}, in a transaction; where one refused is to undo all, the caller rolls it back then. What is
   * to be tried again is, with all others: to take a key while a later one is held would not be in the order of keys.
   */
  async insertWithin(transaction: Executor, entries: readonly NewEntry[]): Promise<Results> {
    const keyed = entries.filter(({ key }) => key !== undefined);
    const areApart = new Set(keyed.map(({ key }) => key)).size === keyed.length;
    // Where one key comes twice, each round takes one of them: to begin anew would never end.
    if (keyed.length < 2 || !areApart || keyed.every(({ onConflict }) => onConflict !== 'replace'))
      return this.insert(transaction, entries);
    this.place(entries);
    const sorted = inOrderOfKeys(entries);
    for (let tries = 1; ; tries++) {
      const results = new Map<JobId, InsertResult | Error>();
      await transaction.executeSql(`SAVEPOINT ${ROUND}`);
      const left = await this.round(transaction, sorted, results);
      if (left.length === 0) {
        await transaction.executeSql(`RELEASE SAVEPOINT ${ROUND}`);
        return entries.map(({ id }) => results.get(id)!);
      }
      await transaction.executeSql(`ROLLBACK TO SAVEPOINT ${ROUND}`);
      await transaction.executeSql(`RELEASE SAVEPOINT ${ROUND}`);
      assertTries(tries, left);
    }
  }

  /** @returns those that are to be tried again. */
  private async round(
    executor: Executor,
    entries: readonly NewEntry[],
    results: Map<JobId, InsertResult | Error>,
  ): Promise<readonly NewEntry[]> {
    await this.insertOnce(executor, entries, results);
    const left = entries.filter(({ id }) => !results.has(id));
    return left.length === 0 ? left : this.resolveConflicts(executor, left, results);
  }

  private async insertOnce(
    executor: Executor,
    entries: readonly NewEntry[],
    results: Map<JobId, InsertResult | Error>,
  ): Promise<void> {
    const replaces = entries.some(({ key, onConflict }) => key !== undefined && onConflict === 'replace');
    const { rows } = await executor.executeSql(replaces ? this.replacing : this.statement, [
      ...toColumns(entries, (entry) => this.places.get(entry)!),
      this.retention,
      this.channel,
    ]);
    const { count, ids, gone } = rows[0] as Inserted;
    const replaced = new Map((gone ?? []).map((row) => [row.key, toEntry(row)]));
    const keys = new Map(entries.map(({ id, key }) => [id, key]));
    const inserted = count === entries.length ? keys.keys() : (ids ?? []);
    for (const id of inserted) {
      const key = keys.get(id);
      const before = key === undefined ? undefined : replaced.get(keyOf(key));
      results.set(id, { id, inserted: true, ...(before && { replaced: before }) });
    }
  }

  /**
   * When each was scheduled, in microseconds, and a moment later than all before it: calls made together are several
   * statements on several connections, and the list is to be in the order of the calls.
   */
  place(entries: readonly NewEntry[]): void {
    for (const entry of entries) {
      if (this.places.has(entry)) continue;
      this.lastPlace = Math.max(this.lastPlace + 1, entry.scheduledAt * 1_000);
      this.places.set(entry, this.lastPlace);
    }
  }

  /** @returns those that are to be tried again: to replace what came meanwhile, or since the key is free again. */
  private async resolveConflicts(
    executor: Executor,
    entries: readonly NewEntry[],
    results: Map<JobId, InsertResult | Error>,
  ): Promise<NewEntry[]> {
    const { rows } = await executor.executeSql(this.holders, [entries.map(({ key }) => keyOf(key!))]);
    const holders = new Map((rows as { key: string; id: JobId }[]).map(({ key, id }) => [key, id]));
    return entries.filter(({ id, key, onConflict }) => {
      const holder = holders.get(keyOf(key!));
      if (holder === id) {
        // By a try whose answer was lost.
        results.set(id, { id, inserted: true });
        return false;
      }
      if (holder === undefined || onConflict === 'replace') return true;
      const isRefused = onConflict === 'reject';
      results.set(id, isRefused ? DuplicateJobKeyError.of(key!, holder) : { id: holder, inserted: false });
      return false;
    });
  }
}

function assertTries(tries: number, left: readonly NewEntry[]): void {
  if (tries < MOST_TRIES || left.length === 0) return;
  throw new Error(`The key '${left[0]!.key}' is taken and left by others all the time.`);
}
