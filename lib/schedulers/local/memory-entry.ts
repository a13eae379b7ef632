import { HERE } from '../../engine/here.js';
import type { EntryPolicy } from '../../jobs/job-policy.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { NewEntry, StoredEntry, StoredError } from '../../scheduling/stored-entry.js';
import type { ClaimedEntry } from '../../worker/work-source.js';
import type { HeapItem } from './indexed-heap.js';

/** An entry in memory. A flat object of few fields: a million of them must fit. */
export class MemoryEntry implements HeapItem {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly data: string;
  readonly command: StoredEntry['command'];
  readonly metadata: Readonly<Record<string, string>>;
  readonly policy: EntryPolicy | undefined;
  readonly key: string | undefined;
  readonly queue: string;
  readonly priority: number;
  readonly attempts: number;
  readonly scheduledAt: number;
  runAt: number;
  state: JobState = 'scheduled';
  attempt = 0;
  heapIndex = -1;
  /** It has begun, and so holds its key no longer. */
  begun = false;
  /** Counts up with each claim: what shows an older one is too late. */
  claim = 0;
  cancelRequested = false;
  /** What only few entries have. */
  more:
    Partial<Pick<StoredEntry, 'finishedAt' | 'startedAt' | 'progress' | 'lastError' | 'parked'>> | undefined;

  constructor(
    entry: Omit<NewEntry, 'onConflict'>,
    /** The order of scheduling. */
    readonly sequence: number,
  ) {
    this.id = entry.id;
    this.name = entry.name;
    this.version = entry.version;
    this.data = entry.data;
    this.command = entry.command;
    this.metadata = entry.metadata;
    this.policy = entry.policy;
    this.key = entry.key;
    this.queue = entry.queue;
    this.priority = entry.priority;
    this.attempts = entry.attempts;
    this.scheduledAt = entry.scheduledAt;
    this.runAt = entry.runAt;
  }

  get isPending(): boolean {
    return !this.begun && (this.state === 'scheduled' || this.state === 'parked');
  }

  /** A copy for others: it does not change any more. */
  snapshot(): ClaimedEntry {
    const {
      id,
      name,
      version,
      data,
      metadata,
      queue,
      priority,
      attempts,
      scheduledAt,
      runAt,
      state,
      attempt,
    } = this;
    return {
      id,
      name,
      version,
      data,
      metadata,
      queue,
      priority,
      attempts,
      scheduledAt,
      runAt,
      state,
      attempt,
      ...(this.command && { command: this.command }),
      ...(this.policy && { policy: this.policy }),
      ...(this.key !== undefined && { key: this.key }),
      ...(this.key !== undefined && { holdsKey: this.isPending }),
      ...this.more,
      ...(state === 'running' && { worker: HERE }),
      ...(this.cancelRequested && { stopping: true as const }),
      claim: this.claim,
    };
  }

  /** As it was in another store. */
  static adopted(stored: StoredEntry, sequence: number): MemoryEntry {
    const { state, attempt, holdsKey, finishedAt, startedAt, progress, lastError, parked } = stored;
    const entry = new MemoryEntry(stored, sequence);
    entry.state = state;
    entry.attempt = attempt;
    entry.claim = attempt;
    entry.begun = stored.key === undefined ? attempt > 0 : holdsKey !== true;
    entry.more = {
      ...(finishedAt !== undefined && { finishedAt }),
      ...(startedAt !== undefined && { startedAt }),
      ...(progress && { progress }),
      ...(lastError && { lastError }),
      ...(parked && { parked }),
    };
    return entry;
  }

  begin(now: number): void {
    this.state = 'running';
    this.attempt += 1;
    this.claim += 1;
    this.begun = true;
    const lastError = this.more?.lastError;
    this.more = { startedAt: now, ...(lastError && { lastError }) };
  }

  waitUntil(runAt: number, error?: StoredError): void {
    this.state = 'scheduled';
    this.runAt = runAt;
    this.cancelRequested = false;
    if (error) this.more = { ...this.more, lastError: error };
  }

  finish(state: 'succeeded' | 'failed' | 'cancelled', now: number, error?: StoredError): void {
    this.state = state;
    this.more = { ...this.more, finishedAt: now, ...(error && { lastError: error }) };
  }

  park(parked: NonNullable<StoredEntry['parked']>): void {
    this.state = 'parked';
    this.more = { ...this.more, parked };
  }

  /** From attempt 1, as if it had never run; only its key it does not get back. */
  reset(runAt: number): void {
    this.state = 'scheduled';
    this.runAt = runAt;
    this.attempt = 0;
    this.cancelRequested = false;
    this.more = this.more?.lastError && { lastError: this.more.lastError };
  }
}
