import type { MemoryEntry } from './memory-entry.js';

/** Of each way to end, so many are kept for `get` and `list`: memory stays bounded however many run. */
const KEPT = 10_000;

/** The finished entries, oldest first. */
export class MemoryHistory {
  private readonly byState = new Map<string, Set<MemoryEntry>>();

  constructor(private readonly forget: (entry: MemoryEntry) => void) {}

  add(entry: MemoryEntry): void {
    let finished = this.byState.get(entry.state);
    if (!finished) this.byState.set(entry.state, (finished = new Set()));
    finished.add(entry);
    if (finished.size <= KEPT) return;
    const oldest = finished.values().next().value!;
    finished.delete(oldest);
    this.forget(oldest);
  }

  /** It is to run again. */
  remove(entry: MemoryEntry): void {
    this.byState.get(entry.state)?.delete(entry);
  }
}
