import { randomUUID } from 'node:crypto';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';
import type { Executor } from './access.js';

/** A transaction that is open for longer is not waited for: its entries are there, only nobody is told of them. */
const LONGEST = 600_000;

interface Waiting {
  readonly since: number;
  readonly entries: readonly NewEntry[];
  readonly results: readonly InsertResult[];
}

/**
 * Knows of the caller's commit, which nothing here sees, by a word that the transaction itself sends: PostgreSQL delivers
 * it at the commit, and never after a rollback.
 */
export class CallersCommits {
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly channel: string,
    private readonly onCommit: (entries: readonly NewEntry[], results: readonly InsertResult[]) => void,
  ) {}

  async wait(
    transaction: Executor,
    entries: readonly NewEntry[],
    results: readonly InsertResult[],
  ): Promise<InsertResult[]> {
    const now = performance.now();
    for (const [token, { since }] of this.waiting) if (now - since > LONGEST) this.waiting.delete(token);
    const token = randomUUID();
    this.waiting.set(token, { since: now, entries: entries.map(withoutData), results });
    // Prisma takes no result of the type that pg_notify() has.
    await transaction.executeSql('SELECT pg_notify($1::text, $2::text) IS NULL AS told', [
      this.channel,
      `committed ${token}`,
    ]);
    return results.map((result) => ({ ...result, reported: true }));
  }

  committed(token: string): void {
    const waiting = this.waiting.get(token);
    if (!waiting) return;
    this.waiting.delete(token);
    this.onCommit(waiting.entries, waiting.results);
  }
}

/** What is told of an entry does not hold its data, and after a rollback this stays for a while. */
function withoutData(entry: NewEntry): NewEntry {
  return { ...entry, data: '' };
}
