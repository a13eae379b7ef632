import { MOST_COUNTED, type QueueEntry } from '../../scheduling/job-entry.js';
import type { Demand } from '../../worker/work-source.js';
import { IndexedHeap } from './indexed-heap.js';
import type { MemoryEntry } from './memory-entry.js';

/** The due entries of a queue, while it is chosen among queues. */
interface Line {
  readonly queue: string;
  readonly entries: IndexedHeap<MemoryEntry>;
  heapIndex: number;
}

/** What waits for its time, and what is due: a due entry lies in the line of its queue, by priority. */
export class MemoryQueues {
  private readonly waiting = new IndexedHeap<MemoryEntry>(
    (a, b) => a.runAt < b.runAt || (a.runAt === b.runAt && a.sequence < b.sequence),
  );
  private readonly due = new Map<string, IndexedHeap<MemoryEntry>>();
  private readonly lined = new Set<MemoryEntry>();
  /** How many of each queue wait, due or not. */
  private readonly tally = new Map<string, number>();
  private readonly paused = new Set<string>();
  private allPaused = false;

  add(entry: MemoryEntry): void {
    this.waiting.push(entry);
    this.count(entry.queue, 1);
  }

  remove(entry: MemoryEntry): void {
    if (entry.heapIndex === -1) return;
    this.count(entry.queue, -1);
    if (!this.lined.delete(entry)) {
      this.waiting.remove(entry);
      return;
    }
    const line = this.due.get(entry.queue)!;
    line.remove(entry);
    if (line.size === 0) this.due.delete(entry.queue);
  }

  /** When the next entry is due that is not due yet. */
  get nextAt(): number | undefined {
    return this.waiting.first?.runAt;
  }

  /** The next entries that may be claimed, each taken out of its line: of all lines the one whose head comes first. */
  *take(demand: Demand, now: number): Generator<MemoryEntry> {
    this.lineUp(now);
    if (this.allPaused) return;
    let { shared } = demand;
    const free = new Map<string, number>([...demand.own, ...demand.most]);
    const mayGive = ({ queue }: Line) =>
      !this.paused.has(queue) && (free.get(queue) ?? 1) > 0 && (shared > 0 || demand.own.has(queue));
    const lines = new IndexedHeap<Line>((a, b) => isBefore(a.entries.first!, b.entries.first!));
    for (const [queue, entries] of this.due) {
      const line = { queue, entries, heapIndex: -1 };
      if (mayGive(line)) lines.push(line);
    }
    for (let line = lines.first; line; line = lines.first) {
      lines.remove(line);
      if (!mayGive(line)) continue;
      const entry = line.entries.first!;
      this.remove(entry);
      if (!demand.own.has(line.queue)) shared -= 1;
      if (free.has(line.queue)) free.set(line.queue, free.get(line.queue)! - 1);
      if (line.entries.size > 0) lines.push(line);
      yield entry;
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

  /** The queues of which entries wait, or that are paused. */
  all(): QueueEntry[] {
    const names = new Set([...this.tally.keys(), ...this.paused]);
    return [...names].map((name) => ({
      name,
      scheduled: Math.min(this.tally.get(name) ?? 0, MOST_COUNTED),
      paused: this.isPaused(name),
    }));
  }

  /** When the first was due of all that may be taken now. */
  oldestDue(now: number): number | undefined {
    this.lineUp(now);
    if (this.allPaused) return undefined;
    let oldest: number | undefined;
    for (const { queue, runAt } of this.lined) {
      if (!this.paused.has(queue) && (oldest === undefined || runAt < oldest)) oldest = runAt;
    }
    return oldest;
  }

  private count(queue: string, change: 1 | -1): void {
    const count = (this.tally.get(queue) ?? 0) + change;
    if (count > 0) this.tally.set(queue, count);
    else this.tally.delete(queue);
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
