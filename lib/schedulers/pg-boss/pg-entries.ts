import type { JobId } from '../../jobs/job-id.js';
import type { ParkedReason } from '../../jobs/unrunnable-job.error.js';
import type { Knows } from '../../engine/entry-store.js';
import { JOB_STATES, type JobState } from '../../scheduling/job-entry.js';
import type { EntryRef, StoredEntry } from '../../scheduling/stored-entry.js';
import type { Installation } from './installation.js';
import type { PgCalls } from './pg-calls.js';
import { ofQueueAsText } from './pg-page.js';
import { COLUMNS, type EntryRow, SHOWN_COLUMNS, jsonText, keyOf, kindOf, toEntry } from './pg-rows.js';
import { MOST, OUTPUT, PARKED_RUN_AT } from './readable-row.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const RELEASED_AT_ONCE = 500;

/** One entry at a time: what is found and changed from outside. */
export class PgEntries {
  private readonly of: string;
  private readonly ofAsText: string;
  private readonly table: string;

  constructor(
    { table, queue }: Installation,
    private readonly calls: PgCalls,
    private readonly channel: string,
  ) {
    this.table = table;
    this.of = `j.name = '${queue}'`;
    this.ofAsText = ofQueueAsText(queue);
  }

  async find(ref: EntryRef): Promise<StoredEntry | undefined> {
    const row = await this.row(ref);
    return row && toEntry(row);
  }

  async counts(): Promise<Record<JobState, number>> {
    const rows = await this.calls.query<{ state: EntryRow['state']; parked: boolean; count: number }>(
      `SELECT state::text, coalesce(output -> 'parked' IS NOT NULL AND state < 'active', false) AS parked,
        count(*)::float8 AS count FROM ${this.table} j WHERE ${this.of} GROUP BY 1, 2`,
    );
    const counts = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;
    for (const { state, parked, count } of rows) counts[parked ? 'parked' : STATES[state]] += count;
    return counts;
  }

  /** Ends what waits; asks what runs to stop, and tells its worker. */
  async cancel(ref: EntryRef): Promise<StoredEntry | undefined> {
    const before = await this.row(ref);
    if (!before) return undefined;
    const [row] = await this.calls.query<EntryRow>(
      `WITH done AS (
        UPDATE ${this.table} j SET
          state = CASE WHEN j.state < 'active' THEN 'cancelled' ELSE j.state END,
          completed_on = CASE WHEN j.state < 'active' THEN clock_timestamp() END,
          output = CASE WHEN j.state < 'active' THEN (${OUTPUT}) - 'parked' ELSE (${OUTPUT}) || '{"cancel":true}' END
        WHERE ${this.of} AND j.id = $1 AND j.state <= 'active' RETURNING ${COLUMNS}
      ), told AS (
        SELECT pg_notify($2, 'cancel ' || id) FROM done WHERE state = 'active'
      ) SELECT done.*, (SELECT count(*) FROM told) FROM done`,
      [before.id, this.channel],
    );
    // It may have begun since it was looked at.
    return row && toEntry(row.state === 'active' ? row : { ...before, state: before.state });
  }

  async reschedule(ref: EntryRef, runAt: number): Promise<boolean> {
    const row = await this.row(ref);
    if (!row) return false;
    return this.change(
      `start_after = to_timestamp($2::float8 / 1000), output = (${OUTPUT}) - 'parked'`,
      `state < 'active'`,
      [row.id, runAt],
    );
  }

  async retry(id: JobId, now: number): Promise<boolean> {
    const row = await this.row({ id });
    if (!row) return false;
    const skipped = row.begun ? Math.min(row.claim + 1, MOST) : 0;
    return this.change(
      `state = CASE WHEN j.state = 'failed' THEN 'retry' ELSE j.state END, completed_on = NULL,
        start_after = to_timestamp($2::float8 / 1000),
        output = ((${OUTPUT}) - 'parked') || jsonb_build_object('skipped', $3::int)`,
      `(state = 'failed' OR (state < 'active' AND j.output -> 'parked' IS NOT NULL)) AND j.retry_count = $4`,
      [id, now, skipped, row.claim],
    );
  }

  progress(id: JobId, claim: number, progress: object): Promise<unknown> {
    return this.calls.query(
      `UPDATE ${this.table} j SET output = (${OUTPUT}) || jsonb_build_object('progress', $3::text::jsonb)
        WHERE ${this.of} AND id = $1 AND state = 'active' AND retry_count = $2`,
      [id, claim, jsonText(progress)],
    );
  }

  /** Parked entries whose class is known wait again, at their own time. */
  async release(knows: Knows, reasons: readonly ParkedReason[]): Promise<number> {
    let released = 0;
    for (let after = ['-infinity', '00000000-0000-0000-0000-000000000000']; ;) {
      const rows = await this.calls.queryAlongIndexes<EntryRow & { place: string }>(
        `SELECT ${COLUMNS}, j.created_on::text AS place FROM ${this.table} j
          WHERE output -> 'parked' IS NOT NULL AND ${this.ofAsText} AND state < 'active'
            AND (j.created_on, j.id) > ($1::timestamptz, $2::uuid) ORDER BY j.created_on, j.id LIMIT ${RELEASED_AT_ONCE}`,
        after,
      );
      const known = rows
        .map(toEntry)
        .filter((entry) => entry.parked && reasons.includes(entry.parked.reason) && knows(entry));
      if (known.length > 0) {
        // Its kind as well: what says otherwise would be parked again at once, and released, for ever.
        const done = await this.calls.query(
          `UPDATE ${this.table} j SET start_after = ${PARKED_RUN_AT}, output = (${OUTPUT}) - 'parked', group_tier = r.kind
            FROM unnest($1::uuid[], $2::text[]) AS r (id, kind)
            WHERE ${this.of} AND j.id = r.id AND j.state < 'active' AND j.output -> 'parked' IS NOT NULL RETURNING 1`,
          [known.map(({ id }) => id), known.map(kindOf)],
        );
        released += done.length;
      }
      if (rows.length < RELEASED_AT_ONCE) return released;
      const { place, id } = rows.at(-1)!;
      after = [place, id];
    }
  }

  /** By key: the one that holds it, else the last that did. */
  private async row(ref: EntryRef): Promise<EntryRow | undefined> {
    if ('id' in ref) {
      if (!UUID.test(ref.id)) return undefined;
      return (
        await this.calls.query<EntryRow>(
          `SELECT ${SHOWN_COLUMNS} FROM ${this.table} j WHERE ${this.of} AND id = $1`,
          [ref.id],
        )
      )[0];
    }
    const rows = await this.calls.query<EntryRow>(
      `SELECT ${SHOWN_COLUMNS} FROM ${this.table} j WHERE ${this.of} AND singleton_key = $1 AND left(singleton_key, 1) = '='
        ORDER BY (state = 'created') DESC, created_on DESC, id DESC LIMIT 1`,
      [keyOf(ref.key).replaceAll('\0', '\uFFFD').toWellFormed()],
    );
    return rows[0];
  }

  private async change(set: string, where: string, values: unknown[]): Promise<boolean> {
    const rows = await this.calls.query(
      `WITH done AS (UPDATE ${this.table} j SET ${set} WHERE ${this.of} AND j.id = $1 AND ${where} RETURNING 1)
        SELECT pg_notify('${this.channel}', 'due 0') FROM done`,
      values,
    );
    return rows.length > 0;
  }
}

const STATES: Record<EntryRow['state'], JobState> = {
  created: 'scheduled',
  retry: 'scheduled',
  active: 'running',
  completed: 'succeeded',
  cancelled: 'cancelled',
  failed: 'failed',
};
