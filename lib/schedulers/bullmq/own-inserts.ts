import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JobId } from '../../jobs/job-id.js';

type Entries = readonly { readonly id: JobId }[];

/**
 * Entries of this process that are on their way to the server. What it answers on two connections arrives in any order:
 * the worker may hear that one is its own before the caller hears that it is stored, and it would begin before it was
 * scheduled.
 */
export class OwnInserts {
  private readonly calls = new Map<JobId, Promise<unknown>>();

  async follow<T>(entries: Entries, call: Promise<T>): Promise<T> {
    for (const { id } of entries) this.calls.set(id, call);
    try {
      return await call;
    } finally {
      for (const { id } of entries) this.calls.delete(id);
    }
  }

  /** Resolves once whoever scheduled these entries has been told. */
  async answered(entries: Entries): Promise<void> {
    const open = entries.flatMap(({ id }) => this.calls.get(id) ?? []);
    if (open.length === 0) return;
    await Promise.allSettled(new Set(open));
    await nextTurn();
  }
}
