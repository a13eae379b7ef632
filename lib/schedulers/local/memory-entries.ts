import type { JobId } from '../../jobs/job-id.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { EntryRef, NewEntry, StoredEntry, StoredError } from '../../scheduling/stored-entry.js';
import { MemoryEntry } from './memory-entry.js';
import { MemoryHistory } from './memory-history.js';
import { MemoryKeys } from './memory-keys.js';
import { MemoryQueues } from './memory-queues.js';

/** All entries. Every change of state goes this way, so that the lines and the tally cannot differ from it. */
export class MemoryEntries {
  readonly keys = new MemoryKeys();
  readonly queues = new MemoryQueues();
  private readonly byId = new Map<JobId, MemoryEntry>();
  private readonly history = new MemoryHistory((entry) => this.forget(entry));
  private readonly tally: Record<JobState, number> = {
    scheduled: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    parked: 0,
  };
  private sequence = 0;

  get counts(): Readonly<Record<JobState, number>> {
    return this.tally;
  }

  /** In the order of scheduling. */
  all(): Iterable<MemoryEntry> {
    return this.byId.values();
  }

  find(ref: EntryRef): MemoryEntry | undefined {
    return 'id' in ref ? this.byId.get(ref.id) : this.keys.find(ref.key);
  }

  /** Undefined where the claim is no longer the one that is shown. */
  claimed(id: JobId, claim: number): MemoryEntry | undefined {
    const entry = this.byId.get(id);
    return entry?.state === 'running' && entry.claim === claim ? entry : undefined;
  }

  add(added: NewEntry): void {
    const entry = new MemoryEntry(added, this.sequence++);
    this.byId.set(entry.id, entry);
    this.keys.add(entry);
    this.tally.scheduled += 1;
    this.queues.add(entry);
  }

  adopt(stored: StoredEntry): void {
    const entry = MemoryEntry.adopted(stored, this.sequence++);
    this.byId.set(entry.id, entry);
    if (!this.keys.holderOf(entry.key)) this.keys.add(entry);
    this.tally[entry.state] += 1;
    if (entry.state === 'scheduled') this.queues.add(entry);
    if (entry.state === 'failed') this.history.add(entry);
  }

  change(entry: MemoryEntry, apply: () => void): void {
    this.tally[entry.state] -= 1;
    this.queues.remove(entry);
    apply();
    this.tally[entry.state] += 1;
    if (entry.state === 'scheduled') this.queues.add(entry);
  }

  end(
    entry: MemoryEntry,
    state: 'succeeded' | 'failed' | 'cancelled',
    now: number,
    error?: StoredError,
  ): void {
    this.change(entry, () => entry.finish(state, now, error));
    this.history.add(entry);
  }

  reset(entry: MemoryEntry, runAt: number): void {
    this.history.remove(entry);
    this.change(entry, () => entry.reset(runAt));
  }

  private forget(entry: MemoryEntry): void {
    this.byId.delete(entry.id);
    this.tally[entry.state] -= 1;
    this.keys.remove(entry);
  }
}
