import type { JobId } from '../../jobs/job-id.js';
import { DuplicateJobKeyError } from '../../scheduling/scheduling.errors.js';
import type { NewEntry } from '../../scheduling/stored-entry.js';
import type { MemoryEntry } from './memory-entry.js';

/** What each key stands for: the entry that holds it, else the last that did. */
export class MemoryKeys {
  private readonly entries = new Map<string, MemoryEntry>();

  find(key: string): MemoryEntry | undefined {
    return this.entries.get(key);
  }

  holderOf(key: string | undefined): MemoryEntry | undefined {
    const holder = key === undefined ? undefined : this.entries.get(key);
    return holder?.isPending ? holder : undefined;
  }

  add(entry: MemoryEntry): void {
    if (entry.key !== undefined) this.entries.set(entry.key, entry);
  }

  /** Whether it has a key that no later entry took. */
  standsFor(entry: MemoryEntry): boolean {
    return entry.key !== undefined && this.entries.get(entry.key) === entry;
  }

  remove(entry: MemoryEntry): void {
    if (this.standsFor(entry)) this.entries.delete(entry.key!);
  }

  /** @throws {DuplicateJobKeyError} for a taken key with `reject`. */
  assertFree(entries: readonly NewEntry[]): void {
    const taken = new Map<string, JobId>();
    for (const { id, key, onConflict } of entries) {
      if (key === undefined) continue;
      const holder = taken.get(key) ?? this.holderOf(key)?.id;
      if (holder !== undefined && onConflict === 'reject') throw DuplicateJobKeyError.of(key, holder);
      if (holder === undefined || onConflict === 'replace') taken.set(key, id);
    }
  }
}
