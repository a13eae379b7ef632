import type { Demand } from '../../worker/work-source.js';
import { IndexedHeap } from './indexed-heap.js';
import type { MemoryEntry } from './memory-entry.js';

/** What waits for its time, and what is due: a due entry lies in the line of its queue, by priority. */
export class MemoryQueues {
  private readonly waiting = new IndexedHeap<MemoryEntry>(
    (a, b) => a.runAt < b.runAt || (a.runAt === b.runAt && a.sequence < b.sequence),
  );
  private readonly due = new Map<string, IndexedHeap<MemoryEntry>>();
  private readonly lined = new Set<MemoryEntry>();
  private readonly paused = new Set<string>();
  private allPaused = false;

  add(entry: MemoryEntry): void {
    this.waiting.push(entry);
  }

  remove(entry: MemoryEntry): void {
    if (entry.heapIndex === -1) return;
    if (this.lined.delete(entry)) this.due.get(entry.queue)!.remove(entry);
    else this.waiting.remove(entry);
  }

  /** When the next entry is due that is not due yet. */
  get nextAt(): number | undefined {
    return this.waiting.first?.runAt;
  }

  /** The next entry that may be claimed, taken out of its line. */
  *take(demand: Demand, now: number): Generator<MemoryEntry> {
    this.lineUp(now);
    if (this.allPaused || this.lined.size === 0) return;
    let shared = demand.shared;
    const free = new Map<string, number>([...demand.own, ...demand.most]);
    for (;;) {
      let best: MemoryEntry | undefined;
      for (const [queue, line] of this.due) {
        const first = line.first;
        if (!first || this.paused.has(queue) || (free.get(queue) ?? 1) < 1) continue;
        if (shared < 1 && !demand.own.has(queue)) continue;
        if (!best || isBefore(first, best)) best = first;
      }
      if (!best) return;
      this.remove(best);
      if (!demand.own.has(best.queue)) shared -= 1;
      if (free.has(best.queue)) free.set(best.queue, free.get(best.queue)! - 1);
      yield best;
    }
  }

  pause(queue?: string): void {
    if (queue === undefined) this.allPaused = true;
    else this.paused.add(queue);
  }

  resume(queue?: string): void {
    if (queue !== undefined) {
      this.paused.delete(queue);
      return;
    }
    this.allPaused = false;
    this.paused.clear();
  }

  isPaused(queue: string): boolean {
    return this.allPaused || this.paused.has(queue);
  }

  private lineUp(now: number): void {
    for (let first = this.waiting.first; first && first.runAt <= now; first = this.waiting.first) {
      this.waiting.remove(first);
      let line = this.due.get(first.queue);
      if (!line) this.due.set(first.queue, (line = new IndexedHeap<MemoryEntry>(isBefore)));
      line.push(first);
      this.lined.add(first);
    }
  }
}

function isBefore(a: MemoryEntry, b: MemoryEntry): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.runAt < b.runAt || (a.runAt === b.runAt && a.sequence < b.sequence);
}
