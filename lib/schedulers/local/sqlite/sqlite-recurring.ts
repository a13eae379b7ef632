import type { NewRecurring, StoredRecurring } from '../../../scheduling/recurring.js';
import type { SqliteStatements } from './sqlite-statements.js';

/** For how long a declaration that no living worker makes is remembered: then its ticks begin anew. */
const REMEMBERED = 86_400_000;

interface RecurringRow {
  id: string;
  definition: string;
  next_run_at: number | null;
  last_run_at: number | null;
}

/** Recurring jobs, and which living worker declares which. */
export class SqliteRecurring {
  constructor(private readonly sql: SqliteStatements) {}

  all(): StoredRecurring[] {
    return this.sql
      .all<RecurringRow>('SELECT * FROM eventflow_jobs_recurring WHERE idle_since IS NULL ORDER BY id')
      .flatMap((row) => toRecurring(row) ?? []);
  }

  /** One that is only remembered included. */
  find(id: string): StoredRecurring | undefined {
    const row = this.sql.get<RecurringRow>('SELECT * FROM eventflow_jobs_recurring WHERE id = ?', id);
    return row && toRecurring(row);
  }

  put({ id, nextRunAt, lastRunAt, ...definition }: StoredRecurring): void {
    this.sql.run(
      `INSERT INTO eventflow_jobs_recurring (id, definition, next_run_at, last_run_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, next_run_at = excluded.next_run_at,
          last_run_at = excluded.last_run_at, idle_since = NULL`,
      id,
      JSON.stringify(definition),
      nextRunAt ?? null,
      lastRunAt ?? null,
    );
  }

  delete(id: string): boolean {
    return this.sql.run('DELETE FROM eventflow_jobs_recurring WHERE id = ?', id) > 0;
  }

  /** Moves on, where nobody else has. */
  advance({ id, nextRunAt }: StoredRecurring, after: StoredRecurring): boolean {
    return (
      this.sql.run(
        'UPDATE eventflow_jobs_recurring SET next_run_at = ?, last_run_at = ? WHERE id = ? AND next_run_at IS ?',
        after.nextRunAt ?? null,
        after.lastRunAt ?? null,
        id,
        nextRunAt ?? null,
      ) > 0
    );
  }

  /**
   * Declarations that no living worker makes are set aside, not deleted at once: in a rolling deploy the process that
   * makes them may be the next to come, and then no tick is to be lost. One that was taken for dead and is back has
   * them again.
   */
  sweep(now: number): boolean {
    const declared = new Set(
      this.sql
        .all<{ declared: string }>('SELECT declared FROM eventflow_jobs_workers')
        .flatMap((row) => parsedIds(row.declared)),
    );
    const aside = this.sql.all<RecurringRow>(
      'SELECT * FROM eventflow_jobs_recurring WHERE idle_since IS NOT NULL',
    );
    for (const { id } of aside.filter((one) => declared.has(one.id))) {
      this.sql.run('UPDATE eventflow_jobs_recurring SET idle_since = NULL WHERE id = ?', id);
    }
    const idle = this.all().filter((one) => one.declared && !declared.has(one.id));
    for (const { id } of idle) {
      this.sql.run('UPDATE eventflow_jobs_recurring SET idle_since = ? WHERE id = ?', now, id);
    }
    this.sql.run('DELETE FROM eventflow_jobs_recurring WHERE idle_since < ?', now - REMEMBERED);
    return idle.length > 0;
  }
}

/** What somebody has edited by hand into nonsense counts as missing: it must not stop a worker. */
function toRecurring({
  id,
  definition,
  next_run_at,
  last_run_at,
}: RecurringRow): StoredRecurring | undefined {
  const parsed = parsedOr<Partial<StoredRecurring>>(definition, {});
  if (typeof parsed?.stored?.name !== 'string' || typeof parsed.schedule !== 'object') return undefined;
  return {
    ...(parsed as Omit<NewRecurring, 'id'> & { anchor: number }),
    id,
    ...(next_run_at !== null && { nextRunAt: next_run_at }),
    ...(last_run_at !== null && { lastRunAt: last_run_at }),
  };
}

function parsedIds(text: string): string[] {
  const ids = parsedOr<unknown>(text, []);
  return Array.isArray(ids) ? ids : [];
}

function parsedOr<T>(text: string, instead: T): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return instead;
  }
}
