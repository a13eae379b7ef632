import type { JobId } from '../../jobs/job-id.js';
import type { Outcome } from '../../jobs/outcome.js';
import type { ParkedReason } from '../../jobs/unrunnable-job.error.js';
import { InvalidScheduleError } from '../../scheduling/invalid-schedule.error.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredRecurring } from '../../scheduling/recurring.js';
import { DuplicateJobKeyError } from '../../scheduling/scheduling.errors.js';
import type { EntryRef, InsertResult, NewEntry, StoredEntry } from '../../scheduling/stored-entry.js';
import type { ClaimedEntry, Demand, Exchange, Settlement } from '../../worker/work-source.js';
import type { Knows, LocalStore } from './local-store.js';
import { MemoryEntry } from './memory-entry.js';
import { MemoryHistory } from './memory-history.js';
import { MemoryQueues } from './memory-queues.js';

/** Entries in this process's memory: gone when it ends. */
export class MemoryStore implements LocalStore {
  private readonly entries = new Map<JobId, MemoryEntry>();
  /** The entry that holds each key, else the last that did. */
  private readonly keys = new Map<string, MemoryEntry>();
  private readonly queues = new MemoryQueues();
  private readonly history = new MemoryHistory((entry) => this.forget(entry));
  private readonly recurringJobs = new Map<string, StoredRecurring>();
  private readonly tally: Record<JobState, number> = {
    scheduled: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    parked: 0,
  };
  private sequence = 0;

  open(): void {}
  close(): void {}

  insert(entries: readonly NewEntry[], now: number): InsertResult[] {
    this.assertKeysFree(entries);
    return entries.map((entry) => {
      const holder = this.holderOf(entry.key);
      if (holder && entry.onConflict !== 'replace') return { id: holder.id, inserted: false };
      const replaced = holder?.snapshot();
      if (holder) this.end(holder, 'cancelled', now);
      this.add(new MemoryEntry(entry, this.sequence++));
      return { id: entry.id, inserted: true, ...(replaced && { replaced }) };
    });
  }

  find(ref: EntryRef): StoredEntry | undefined {
    return this.look(ref)?.snapshot();
  }

  list({ states, name, command, key, queue, limit, cursor }: ListQuery): {
    entries: StoredEntry[];
    cursor?: string;
  } {
    const after = cursor === undefined ? -1 : sequenceOf(cursor);
    const found: MemoryEntry[] = [];
    for (const entry of this.entries.values()) {
      if (entry.sequence <= after || (states && !states.includes(entry.state))) continue;
      if (name !== undefined && entry.name !== name) continue;
      if (command !== undefined && entry.command?.name !== command) continue;
      if (key !== undefined && entry.key !== key) continue;
      if (queue !== undefined && entry.queue !== queue) continue;
      found.push(entry);
      if (found.length > limit) break;
    }
    const page = found.slice(0, limit);
    return {
      entries: page.map((entry) => entry.snapshot()),
      ...(found.length > limit && { cursor: String(page.at(-1)!.sequence) }),
    };
  }

  counts(): Record<JobState, number> {
    return { ...this.tally };
  }

  cancel(ref: EntryRef, now: number): StoredEntry | undefined {
    const entry = this.look(ref);
    if (!entry) return undefined;
    const before = entry.snapshot();
    if (entry.state === 'running') entry.cancelRequested = true;
    else if (entry.state === 'scheduled' || entry.state === 'parked') this.end(entry, 'cancelled', now);
    else return undefined;
    return before;
  }

  reschedule(ref: EntryRef, runAt: number): boolean {
    const entry = this.look(ref);
    if (entry?.state !== 'scheduled' && entry?.state !== 'parked') return false;
    this.change(entry, () => entry.waitUntil(runAt));
    return true;
  }

  retry(id: JobId, now: number): boolean {
    const entry = this.entries.get(id);
    if (entry?.state !== 'failed' && entry?.state !== 'parked') return false;
    this.history.remove(entry);
    this.change(entry, () => entry.reset(now));
    return true;
  }

  progress(id: JobId, claim: number, progress: NonNullable<StoredEntry['progress']>): void {
    const entry = this.claimed(id, claim);
    if (entry) entry.more = { ...entry.more, progress };
  }

  exchange(settlements: readonly Settlement[], demand: Demand, knows: Knows, now: number): Exchange {
    const settled = settlements.map((settlement) => this.settle(settlement, now));
    const claimed: ClaimedEntry[] = [];
    const parked: StoredEntry[] = [];
    for (const entry of this.queues.take(demand, now)) {
      if (knows(entry)) {
        this.change(entry, () => entry.begin(now));
        claimed.push(entry.snapshot());
      } else {
        const { name, version } = entry.command ?? entry;
        this.change(entry, () =>
          entry.park({ reason: 'unknown', text: `No class here stands for '${name}' version ${version}.` }),
        );
        parked.push(entry.snapshot());
      }
    }
    const { nextAt } = this.queues;
    return { settled, claimed, parked, ...(nextAt !== undefined && { nextAt }) };
  }

  release(knows: Knows, reasons: readonly ParkedReason[]): number {
    const known = [...this.entries.values()].filter(
      (entry) => entry.state === 'parked' && reasons.includes(entry.more!.parked!.reason) && knows(entry),
    );
    for (const entry of known) this.change(entry, () => entry.waitUntil(entry.runAt));
    return known.length;
  }

  unfinished(): number {
    return this.tally.scheduled + this.tally.running + this.tally.parked;
  }

  recurring(): readonly StoredRecurring[] {
    return [...this.recurringJobs.values()];
  }

  updateRecurring(id: string, change: (standing: StoredRecurring | undefined) => StoredRecurring): void {
    this.recurringJobs.set(id, change(this.recurringJobs.get(id)));
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
    if (entry) this.add(new MemoryEntry(entry, this.sequence++));
    return true;
  }

  pause(queue?: string): void {
    this.queues.pause(queue);
  }

  resume(queue?: string): void {
    this.queues.resume(queue);
  }

  isPaused(queue: string): boolean {
    return this.queues.isPaused(queue);
  }

  private settle(
    { claim, result: { entry: settledEntry, outcome } }: Settlement,
    now: number,
  ): Outcome | undefined {
    const entry = this.claimed(settledEntry.id, claim);
    if (!entry) return undefined;
    const final: Outcome = entry.cancelRequested ? { type: 'cancelled' } : outcome;
    switch (final.type) {
      case 'succeeded':
      case 'cancelled':
        this.end(entry, final.type, now);
        break;
      case 'failed':
        this.end(entry, 'failed', now, final);
        break;
      case 'retrying':
        this.change(entry, () => entry.waitUntil(final.runAt, final.error));
        break;
      default:
        this.change(entry, () => this.takeBack(entry, final));
    }
    return final;
  }

  /** The attempt does not count. */
  private takeBack(
    entry: MemoryEntry,
    outcome: Extract<Outcome, { type: 'snoozed' | 'released' | 'parked' }>,
  ): void {
    entry.attempt -= 1;
    if (outcome.type === 'snoozed') entry.waitUntil(outcome.runAt);
    else if (outcome.type === 'released') entry.waitUntil(entry.runAt);
    else {
      entry.park({ reason: outcome.reason, text: outcome.text });
      // It never began, and so holds its key, unless another took that meanwhile.
      if (entry.attempt === 0 && entry.key !== undefined && this.keys.get(entry.key) === entry)
        entry.begun = false;
    }
  }

  private claimed(id: JobId, claim: number): MemoryEntry | undefined {
    const entry = this.entries.get(id);
    return entry?.state === 'running' && entry.claim === claim ? entry : undefined;
  }

  private end(
    entry: MemoryEntry,
    state: 'succeeded' | 'failed' | 'cancelled',
    now: number,
    { error }: { error?: StoredEntry['lastError'] } = {},
  ): void {
    this.change(entry, () => entry.finish(state, now, error));
    this.history.add(entry);
  }

  /** Every change of state goes this way, so that the lines and the tally cannot differ from it. */
  private change(entry: MemoryEntry, apply: () => void): void {
    this.tally[entry.state] -= 1;
    this.queues.remove(entry);
    apply();
    this.tally[entry.state] += 1;
    if (entry.state === 'scheduled') this.queues.add(entry);
  }

  private add(entry: MemoryEntry): void {
    this.entries.set(entry.id, entry);
    if (entry.key !== undefined) this.keys.set(entry.key, entry);
    this.tally.scheduled += 1;
    this.queues.add(entry);
  }

  private forget(entry: MemoryEntry): void {
    this.entries.delete(entry.id);
    this.tally[entry.state] -= 1;
    if (entry.key !== undefined && this.keys.get(entry.key) === entry) this.keys.delete(entry.key);
  }

  private look(ref: EntryRef): MemoryEntry | undefined {
    return 'id' in ref ? this.entries.get(ref.id) : this.keys.get(ref.key);
  }

  private holderOf(key: string | undefined): MemoryEntry | undefined {
    const holder = key === undefined ? undefined : this.keys.get(key);
    return holder?.isPending ? holder : undefined;
  }

  private assertKeysFree(entries: readonly NewEntry[]): void {
    const taken = new Map<string, JobId>();
    for (const { id, key, onConflict } of entries) {
      if (key === undefined) continue;
      const holder = taken.get(key) ?? this.holderOf(key)?.id;
      if (holder !== undefined && onConflict === 'reject') throw DuplicateJobKeyError.of(key, holder);
      if (holder === undefined || onConflict === 'replace') taken.set(key, id);
    }
  }
}

function sequenceOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new InvalidScheduleError(
    'The cursor is none that list() gave: pass the one of the page before, unchanged.',
  );
}
