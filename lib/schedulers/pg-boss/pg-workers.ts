import { type Claims, WORKER_LOST } from '../../engine/shared-store.js';
import type { WorkerEntry } from '../../scheduling/job-entry.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import { MOST_EARLIER } from '../../scheduling/stored-failures.js';
import { type WorkerAbout, aboutFrom } from '../../worker/worker-about.js';
import type { Executor } from './access.js';
import type { Installation } from './installation.js';
import { COLUMNS, type EntryRow, milliseconds, toEntry } from './pg-rows.js';
import { ATTEMPTS, OUTPUT, SKIPPED } from './readable-row.js';

/** While the server was away nobody could show that he lives: its start is a sign for all. */
const SEEN = 'greatest(seen, pg_postmaster_start_time())';

/** What attempts before the last one threw, with room for one more. */
const EARLIER = `(CASE WHEN jsonb_typeof(j.output -> 'error' -> 'earlier') <> 'array' OR j.output -> 'error' -> 'earlier' IS NULL
  THEN '[]' WHEN jsonb_array_length(j.output -> 'error' -> 'earlier') >= ${MOST_EARLIER}
  THEN (j.output -> 'error' -> 'earlier') - 0 ELSE j.output -> 'error' -> 'earlier' END)`;

interface LivingRow {
  readonly id: string;
  readonly since: number;
  readonly seen: number;
  readonly about: string | null;
  readonly running: number;
}

/** The workers on this store: each has a row that it renews, and loses its entries when it does not. */
export class PgWorkers {
  /** Of this process, while it works. */
  id: string | undefined;
  private readonly schema: string;
  private readonly table: string;
  private readonly entries: string;
  private readonly queue: string;
  private declared: readonly string[] = [];

  constructor(
    { schema, table, queue }: Installation,
    /** In ms. */
    private readonly lease: number,
  ) {
    this.schema = schema;
    this.table = `${schema}.eventflow_workers`;
    this.entries = table;
    this.queue = queue;
  }

  async register(executor: Executor, about: WorkerAbout): Promise<void> {
    const { rows } = await executor.executeSql(
      `INSERT INTO ${this.table} (seen, lease, working_since, declared, about)
        VALUES (clock_timestamp(), $1 * interval '1 ms', clock_timestamp(), $2, $3) RETURNING id::text`,
      [this.lease, JSON.stringify(this.declared), JSON.stringify(about)],
    );
    this.id = (rows[0] as { id: string }).id;
  }

  /** The recurring jobs that this process declares: also when it takes a new place later. */
  async declare(executor: Executor, ids: readonly string[]): Promise<void> {
    this.declared = ids;
    if (this.id === undefined) return;
    await executor.executeSql(`UPDATE ${this.table} SET declared = $2 WHERE id = $1`, [
      this.id,
      JSON.stringify(ids),
    ]);
  }

  async declareToo(executor: Executor, id: string): Promise<void> {
    if (!this.declared.includes(id)) await this.declare(executor, [...this.declared, id]);
  }

  /** @returns the server's time, in ms since 1970; nothing where it had lost its place. */
  async renew(executor: Executor): Promise<number | undefined> {
    const { rows } = await executor.executeSql(
      `UPDATE ${this.table} SET seen = clock_timestamp() WHERE id = $1
        RETURNING ${milliseconds('clock_timestamp()')} AS now`,
      [this.id],
    );
    return (rows[0] as { now: number } | undefined)?.now;
  }

  async unregister(executor: Executor): Promise<void> {
    const { id } = this;
    this.id = undefined;
    await executor.executeSql(`DELETE FROM ${this.table} WHERE id = $1`, [id]);
  }

  /** For people who look for them. */
  async living(executor: Executor): Promise<WorkerEntry[]> {
    const { rows } = await executor.executeSql(
      `SELECT w.id::text AS id, ${milliseconds('w.working_since')} AS since, ${milliseconds('w.seen')} AS seen,
          to_jsonb(w) ->> 'about' AS about,
        (SELECT count(*)::int FROM ${this.entries} WHERE name = '${this.queue}' AND state = 'active'
          AND source_name = w.id::text) AS running
        FROM ${this.table} w WHERE ${SEEN} + lease >= clock_timestamp()`,
    );
    return (rows as LivingRow[]).map(({ id, since, seen, about, running }) => ({
      id,
      ...aboutFrom(about),
      isHere: id === this.id,
      startedAt: new Date(since),
      seenAt: new Date(seen),
      running,
    }));
  }

  /** Since when somebody has been there to see the ticks of recurring jobs. */
  async workingSince(executor: Executor): Promise<number | undefined> {
    const { rows } = await executor.executeSql(
      `SELECT ${milliseconds('min(working_since)')} AS since FROM ${this.table}`,
    );
    return (rows[0] as { since: number | null }).since ?? undefined;
  }

  /**
   * Gives back what runs in the name of workers that are gone: the attempt counts, so that one which kills its process
   * does not do so for ever. What has just begun is left, since its worker may have come this very moment.
   */
  async bury(executor: Executor): Promise<{ waiting: number; ended: StoredEntry[] }> {
    await executor.executeSql(`DELETE FROM ${this.table} 
        WHERE ${SEEN} + lease < clock_timestamp()`);
    const attempts = `j.retry_count + 1.0 - ${SKIPPED}`;
    const end = `CASE WHEN j.output -> 'cancel' IS NOT NULL THEN 'cancelled'
      WHEN ${attempts} >= ${ATTEMPTS} THEN 'failed' ELSE 'retry' END`;
    const error = `$1::text::jsonb
      || jsonb_build_object('attempt', ${attempts}, 'at', ${milliseconds('clock_timestamp()')})
      || CASE WHEN jsonb_typeof(j.output -> 'error') <> 'object' OR j.output -> 'error' IS NULL THEN '{}'
        ELSE jsonb_build_object('earlier',
          ${EARLIER} || jsonb_build_array((j.output -> 'error') - 'earlier' - 'stack')) END`;
    const { rows } = await executor.executeSql(
      `UPDATE ${this.entries} j SET state = (${end})::text::${this.schema}.job_state,
        completed_on = CASE WHEN ${end} <> 'retry' THEN clock_timestamp() END, source_name = NULL,
        output = ((${OUTPUT}) - 'cancel') || jsonb_build_object('error', ${error})
        WHERE j.id IN (
          SELECT id FROM ${this.entries} WHERE name = '${this.queue}' AND state = 'active'
            AND NOT EXISTS (SELECT FROM ${this.table} w WHERE w.id::text = source_name)
            AND coalesce(started_on, '-infinity') < clock_timestamp() - interval '1 second' FOR UPDATE SKIP LOCKED
        ) AND j.name = '${this.queue}' RETURNING ${COLUMNS}`,
      [JSON.stringify(WORKER_LOST)],
    );
    const entries = (rows as EntryRow[]).map(toEntry);
    const ended = entries.filter(({ state }) => state !== 'scheduled');
    return { waiting: entries.length - ended.length, ended };
  }

  /** What runs here, as the store has it. */
  async claims(executor: Executor): Promise<Claims> {
    const { rows } = await executor.executeSql(
      `SELECT id, retry_count AS claim, output -> 'cancel' IS NOT NULL AS stopping,
        ${milliseconds('clock_timestamp() - started_on')} AS age FROM ${this.entries}
        WHERE name = '${this.queue}' AND state = 'active' AND source_name = $1`,
      [this.id],
    );
    return new Map(
      (rows as { id: string; claim: number; stopping: boolean | null; age: number }[]).map(
        ({ id, claim, stopping, age }) => [id, { claim, isStopping: stopping === true, age }],
      ),
    );
  }
}
