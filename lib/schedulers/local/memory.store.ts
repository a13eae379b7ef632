import type { JobId } from '../../jobs/job-id.js';
import type { ParkedReason } from '../../jobs/unrunnable-job.error.js';
import type { JobState, QueueEntry, WorkerEntry } from '../../scheduling/job-entry.js';
import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredRecurring } from '../../scheduling/recurring.js';
import type {
  Adoption,
  EntryRef,
  InsertResult,
  NewEntry,
  StoredEntry,
} from '../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand, Exchange, Settlement } from '../../worker/work-source.js';
import type { EntryStore, Knows, RecurringChange } from '../../engine/entry-store.js';
import { adopt } from './adoption.js';
import { MemoryEntries } from './memory-entries.js';
import { pageOf } from './memory-list.js';
import { settle } from './memory-settling.js';

/** Entries in this process's memory: gone when it ends. */
export class MemoryStore implements EntryStore {
  private readonly entries = new MemoryEntries();
  private readonly recurringJobs = new Map<string, StoredRecurring>();

  open(): void {}
  close(): void {}

  insert(entries: readonly NewEntry[], now: number): InsertResult[] {
    const { keys } = this.entries;
    keys.assertFree(entries);
    return entries.map((entry) => {
      const holder = keys.holderOf(entry.key);
      if (holder && entry.onConflict !== 'replace') return { id: holder.id, inserted: false };
      const replaced = holder?.snapshot();
      if (holder) this.entries.end(holder, 'cancelled', now);
      this.entries.add(entry);
      return { id: entry.id, inserted: true, ...(replaced && { replaced }) };
    });
  }

  adopt(entries: readonly StoredEntry[]): Adoption {
    return adopt(entries, {
      isKnown: (id) => this.entries.find({ id }) !== undefined,
      holderOf: (key) => this.entries.keys.holderOf(key)?.id,
      add: (entry) => this.entries.adopt(entry),
    });
  }

  find(ref: EntryRef): StoredEntry | undefined {
    return this.entries.find(ref)?.snapshot();
  }

  list(query: ListQuery): { entries: StoredEntry[]; cursor?: string } {
    return pageOf(this.entries.all(), query);
  }

  counts(): Record<JobState, number> {
    return { ...this.entries.counts };
  }

  queues(): QueueEntry[] {
    return this.entries.queues.all();
  }

  /** The only one is that of this process, which the engine knows. */
  livingWorkers(): WorkerEntry[] {
    return [];
  }

  oldestDue(now: number): number | undefined {
    return this.entries.queues.oldestDue(now);
  }

  cancel(ref: EntryRef, now: number): StoredEntry | undefined {
    const entry = this.entries.find(ref);
    if (!entry) return undefined;
    const before = entry.snapshot();
    if (entry.state === 'running') entry.cancelRequested = true;
    else if (entry.state === 'scheduled' || entry.state === 'parked')
      this.entries.end(entry, 'cancelled', now);
    else return undefined;
    return before;
  }

  reschedule(ref: EntryRef, runAt: number): boolean {
    const entry = this.entries.find(ref);
    if (entry?.state !== 'scheduled' && entry?.state !== 'parked') return false;
    this.entries.change(entry, () => entry.waitUntil(runAt));
    return true;
  }

  retry(id: JobId, now: number): boolean {
    const entry = this.entries.find({ id });
    if (entry?.state !== 'failed' && entry?.state !== 'parked') return false;
    this.entries.reset(entry, now);
    return true;
  }

  progress(id: JobId, claim: number, progress: NonNullable<StoredEntry['progress']>): void {
    const entry = this.entries.claimed(id, claim);
    if (entry) entry.more = { ...entry.more, progress };
  }

  exchange(settlements: readonly Settlement[], demand: Demand, knows: Knows, now: number): Exchange {
    const settled = settlements.map((settlement) => settle(this.entries, settlement, now));
    const claimed: ClaimedEntry[] = [];
    const parked: StoredEntry[] = [];
    for (const entry of this.entries.queues.take(demand, now)) {
      if (knows(entry)) {
        this.entries.change(entry, () => entry.begin(now));
        claimed.push(entry.snapshot());
      } else {
        const { name, version } = entry.command ?? entry;
        this.entries.change(entry, () =>
          entry.park({ reason: 'unknown', text: `No class here stands for '${name}' version ${version}.` }),
        );
        parked.push(entry.snapshot());
      }
    }
    const { nextAt } = this.entries.queues;
    return { settled, claimed, parked, ...(nextAt !== undefined && { nextAt }) };
  }

  release(knows: Knows, reasons: readonly ParkedReason[]): number {
    const known = [...this.entries.all()].filter(
      (entry) => entry.state === 'parked' && reasons.includes(entry.more!.parked!.reason) && knows(entry),
    );
    for (const entry of known) this.entries.change(entry, () => entry.waitUntil(entry.runAt));
    return known.length;
  }

  unfinished(): number {
    const { scheduled, running, parked } = this.entries.counts;
    return scheduled + running + parked;
  }

  recurring(): readonly StoredRecurring[] {
    return [...this.recurringJobs.values()];
  }

  updateRecurring(id: string, change: RecurringChange): void {
    const changed = change(this.recurringJobs.get(id));
    if (changed) this.recurringJobs.set(id, changed);
  }

  retainDeclared(ids: readonly string[]): void {
    for (const { id, declared } of this.recurringJobs.values()) {
      if (declared && !ids.includes(id)) this.recurringJobs.delete(id);
    }
  }

  /** Nobody else sees this memory. */
  workingSince(): undefined {
    return undefined;
  }

  deleteRecurring(id: string): boolean {
    return this.recurringJobs.delete(id);
  }

  tick(before: StoredRecurring, after: StoredRecurring, entry: NewEntry | undefined): boolean {
    if (this.recurringJobs.get(before.id) !== before) return false;
    this.recurringJobs.set(after.id, after);
    if (entry) this.entries.add(entry);
    return true;
  }

  pause(queue?: string): void {
    this.entries.queues.pause(queue);
  }

  resume(queue?: string): void {
    this.entries.queues.resume(queue);
  }

  isPaused(queue: string): boolean {
    return this.entries.queues.isPaused(queue);
  }
}
