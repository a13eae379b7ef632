import type { JobId } from '../../../jobs/job-id.js';
import { DuplicateJobKeyError } from '../../../scheduling/scheduling.errors.js';
import type { NewEntry } from '../../../scheduling/stored-entry.js';
import type { EntryRow } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

/** What each key stands for. The `IS NOT NULL`s are there so that SQLite sees which partial index will do. */
export class SqliteKeys {
  constructor(private readonly sql: SqliteStatements) {}

  /** The entry that holds it, else the last that did. */
  find(key: string): EntryRow | undefined {
    return (
      this.holderOf(key) ??
      this.sql.get(
        'SELECT * FROM eventflow_jobs_entries WHERE key = ? AND key IS NOT NULL ORDER BY seq DESC LIMIT 1',
        key,
      )
    );
  }

  holderOf(key: string): EntryRow | undefined {
    return this.sql.get(
      'SELECT * FROM eventflow_jobs_entries WHERE held_key = ? AND held_key IS NOT NULL',
      key,
    );
  }

  /** @throws {DuplicateJobKeyError} for a taken key with `reject`. */
  assertFree(entries: readonly NewEntry[]): void {
    const taken = new Map<string, JobId>();
    for (const { id, key, onConflict } of entries) {
      if (key === undefined) continue;
      const holder = taken.get(key) ?? (onConflict === 'reject' ? this.holderOf(key)?.id : undefined);
      if (holder !== undefined && onConflict === 'reject') throw DuplicateJobKeyError.of(key, holder);
      taken.set(key, id);
    }
  }
}
