import type { Adoption, StoredEntry } from '../../../scheduling/stored-entry.js';
import { adopt } from '../adoption.js';
import { ROOM } from './row-room.js';
import type { SqliteCounts } from './sqlite-counts.js';
import { SqliteKeys } from './sqlite-keys.js';
import { STATE, json } from './sqlite-rows.js';
import type { SqliteStatements } from './sqlite-statements.js';

const COLUMNS = `id, name, version, command_name, command_version, data, metadata, policy, state, run_at, scheduled_at,
  started_at, finished_at, key, held_key, queue, priority, attempt, attempts, claim, progress, error, parked`;
const INSERT = `INSERT INTO eventflow_jobs_entries (${COLUMNS}, room)
  VALUES (${COLUMNS.replaceAll(/\w+/g, '?')}, zeroblob(?))`;

/** Entries of another scheduler, taken over as they are there. */
export class SqliteAdoption {
  private readonly keys: SqliteKeys;

  constructor(
    private readonly sql: SqliteStatements,
    private readonly counts: SqliteCounts,
  ) {
    this.keys = new SqliteKeys(sql);
  }

  /** Called within a transaction. */
  adopt(entries: readonly StoredEntry[]): Adoption {
    return adopt(entries, {
      isKnown: (id) => this.sql.get('SELECT 1 FROM eventflow_jobs_entries WHERE id = ?', id) !== undefined,
      holderOf: (key) => this.keys.holderOf(key)?.id,
      add: (entry) => {
        this.sql.run(INSERT, ...valuesOf(entry));
        this.counts.moved(undefined, entry.state);
      },
    });
  }
}

/** In the order of the columns. */
function valuesOf(entry: StoredEntry): (string | number | null)[] {
  const { command, policy, key, attempt, progress, lastError, parked } = entry;
  return [
    entry.id,
    entry.name,
    entry.version,
    command?.name ?? null,
    command?.version ?? null,
    entry.data,
    json(entry.metadata),
    policy ? json(policy) : null,
    STATE[entry.state],
    entry.runAt,
    entry.scheduledAt,
    entry.startedAt ?? null,
    entry.finishedAt ?? null,
    key ?? null,
    entry.holdsKey ? (key ?? null) : null,
    entry.queue,
    entry.priority,
    attempt,
    entry.attempts,
    attempt,
    progress ? json(progress) : null,
    lastError ? json(lastError) : null,
    parked ? json(parked) : null,
    attempt === 0 ? ROOM : 0,
  ];
}
