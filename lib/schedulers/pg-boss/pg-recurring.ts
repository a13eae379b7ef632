import type { NewRecurring, StoredRecurring } from '../../scheduling/recurring.js';
import type { NewEntry } from '../../scheduling/stored-entry.js';
import type { Executor } from './access.js';
import type { Installation } from './installation.js';
import type { PgInsert } from './pg-insert.js';
import { asObject, objectFrom } from './readable-row.js';

interface RecurringRow {
  id: string;
  definition: string;
  next_run_at: number | null;
  last_run_at: number | null;
}

const REMEMBERED = '1 day';

/** Recurring jobs. What they are is kept here as well, since a worker asks each time that it looks for work. */
export class PgRecurring {
  private readonly table: string;
  private readonly workers: string;
  private known: readonly StoredRecurring[] = [];

  constructor(
    { schema }: Installation,
    private readonly insert: PgInsert,
  ) {
    this.table = `${schema}.eventflow_recurring`;
    this.workers = `${schema}.eventflow_workers`;
  }

  all(): readonly StoredRecurring[] {
    return this.known;
  }

  async refresh(executor: Executor): Promise<void> {
    const { rows } = await executor.executeSql(
      `SELECT id, definition, next_run_at, last_run_at FROM ${this.table} WHERE idle_since IS NULL ORDER BY id`,
    );
    this.known = (rows as RecurringRow[]).flatMap((row) => toRecurring(row) ?? []);
  }

  /**
   * Locked against others who change it, until the transaction ends: also where it is not there yet, and also against
   * its ticks. One that is only remembered included.
   */
  async find(executor: Executor, id: string): Promise<StoredRecurring | undefined> {
    await executor.executeSql('SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))', [this.table, id]);
    const { rows } = await executor.executeSql(
      `SELECT id, definition, next_run_at, last_run_at FROM ${this.table} WHERE id = $1 FOR UPDATE`,
      [id],
    );
    const [row] = rows as RecurringRow[];
    return row && toRecurring(row);
  }

  async put(executor: Executor, { id, nextRunAt, lastRunAt, ...definition }: StoredRecurring): Promise<void> {
    await executor.executeSql(
      `INSERT INTO ${this.table} (id, definition, declared, next_run_at, last_run_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, declared = excluded.declared,
          next_run_at = excluded.next_run_at, last_run_at = excluded.last_run_at, idle_since = NULL`,
      [id, JSON.stringify(definition), definition.declared, nextRunAt ?? null, lastRunAt ?? null],
    );
  }

  async delete(executor: Executor, id: string): Promise<boolean> {
    const { rows } = await executor.executeSql(`DELETE FROM ${this.table} WHERE id = $1 RETURNING 1`, [id]);
    return rows.length > 0;
  }

  /** Moves on and inserts the tick's entry, where nobody else has: of all workers one does. */
  async tick(
    transaction: Executor,
    { id, nextRunAt }: StoredRecurring,
    after: StoredRecurring,
    entry: NewEntry | undefined,
  ): Promise<boolean> {
    const { rows } = await transaction.executeSql(
      `UPDATE ${this.table} SET next_run_at = $3, last_run_at = $4 WHERE id = $1 AND next_run_at IS NOT DISTINCT FROM $2
        RETURNING 1`,
      [id, nextRunAt ?? null, after.nextRunAt ?? null, after.lastRunAt ?? null],
    );
    if (rows.length === 0) return false;
    if (entry) await this.insert.insert(transaction, [entry]);
    return true;
  }

  /**
   * Declarations that no living worker makes are set aside, not deleted at once: in a rolling deploy the process that
   * makes them may be the next to come, and then no tick is to be lost.
   */
  async sweep(executor: Executor): Promise<void> {
    const declared = `EXISTS (SELECT FROM ${this.workers} w WHERE w.declared ? r.id)`;
    await executor.executeSql(
      `UPDATE ${this.table} r SET idle_since = CASE WHEN ${declared} THEN NULL ELSE clock_timestamp() END
        WHERE r.declared AND (r.idle_since IS NULL) <> ${declared}`,
    );
    await executor.executeSql(
      `DELETE FROM ${this.table} WHERE idle_since < clock_timestamp() - interval '${REMEMBERED}'`,
    );
  }
}

/** What somebody has edited by hand into nonsense counts as missing: it must not stop a worker. */
function toRecurring({
  id,
  definition,
  next_run_at,
  last_run_at,
}: RecurringRow): StoredRecurring | undefined {
  const parsed = objectFrom(definition);
  if (typeof asObject(parsed['stored'])['name'] !== 'string') return undefined;
  if (typeof parsed['schedule'] !== 'object' || parsed['schedule'] === null) return undefined;
  return {
    ...(parsed as unknown as Omit<NewRecurring, 'id'> & { anchor: number }),
    id,
    ...(isTime(next_run_at) && { nextRunAt: next_run_at }),
    ...(isTime(last_run_at) && { lastRunAt: last_run_at }),
  };
}

function isTime(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}
