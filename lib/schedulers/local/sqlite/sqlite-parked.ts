import type { ParkedReason } from '../../../jobs/unrunnable-job.error.js';
import type { Knows } from '../../../engine/entry-store.js';
import type { SqliteAccess } from './sqlite-access.js';
import type { SqliteEntries } from './sqlite-entries.js';
import { type EntryRow, parkedReasonOf, storedJobOf } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const RELEASED_AT_ONCE = 200;

type ParkedRow = Pick<
  EntryRow,
  'seq' | 'id' | 'name' | 'version' | 'command_name' | 'command_version' | 'run_at' | 'parked'
>;

/** Parked entries. As many may lie there as there are entries: they are gone through in steps. */
export class SqliteParked {
  constructor(
    private readonly sql: SqliteStatements,
    private readonly access: SqliteAccess,
    private readonly entries: SqliteEntries,
  ) {}

  async release(knows: Knows, reasons: readonly ParkedReason[]): Promise<number> {
    let released = 0;
    for (let after = 0; ;) {
      const parked = this.access.read(() => this.next(after));
      const known = parked.filter((row) => reasons.includes(parkedReasonOf(row)) && knows(storedJobOf(row)));
      if (known.length > 0) {
        // Nobody else is woken: who does not know them would only park them again.
        released += await this.access.write(
          () => known.filter((row) => this.entries.reschedule({ id: row.id }, row.run_at)).length,
        );
      }
      if (parked.length < RELEASED_AT_ONCE) return released;
      after = parked.at(-1)!.seq;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private next(after: number): ParkedRow[] {
    return this.sql.all<ParkedRow>(
      'SELECT seq, id, name, version, command_name, command_version, run_at, parked ' +
        'FROM eventflow_jobs_entries WHERE state = 5 AND state > 2 AND seq > ? ORDER BY seq LIMIT ?',
      after,
      RELEASED_AT_ONCE,
    );
  }
}
