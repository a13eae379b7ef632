// The example of docs/writing-a-scheduler.md, which shows it word for word.
// #region scheduler
import { Injectable } from '@nestjs/common';
import {
  Attempt,
  type Capability,
  type EntryRef,
  type InsertResult,
  JobCancelledError,
  JobScheduler,
  type NewEntry,
  type StoredEntry,
  SystemClock,
  WorkerStoppedError,
} from 'nestjs-eventflow-jobs';

interface Waiting {
  readonly entry: StoredEntry;
  disarm: () => void;
  attempt?: Attempt;
}

/** A timer for each entry, in the memory of this process. */
@Injectable()
export class TimerScheduler extends JobScheduler {
  readonly capabilities = new Set<Capability>(['delay', 'cancel']);
  private readonly clock = new SystemClock();
  private readonly waiting = new Map<string, Waiting>();
  private readonly running = new Set<Promise<void>>();
  private working = false;

  // All or none, and only what is stored: here nothing can fail.
  protected override async insert(entries: readonly NewEntry[]): Promise<InsertResult[]> {
    for (const { onConflict: _, ...entry } of entries) this.put({ ...entry, state: 'scheduled', attempt: 0 });
    return entries.map(({ id }) => ({ id, inserted: true }));
  }

  protected override async cancelEntry(ref: EntryRef): Promise<boolean> {
    const waiting = 'id' in ref ? this.waiting.get(ref.id) : undefined;
    if (!waiting) return false;
    waiting.disarm();
    if (waiting.attempt) {
      waiting.attempt.abort(new JobCancelledError('The entry was cancelled.'));
    } else {
      this.waiting.delete(waiting.entry.id);
      this.core.reporter.cancelled(waiting.entry, this.currentTime());
    }
    return true;
  }

  protected override async startWork(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (const waiting of this.waiting.values()) this.arm(waiting);
  }

  protected override async stopWork(timeout: number): Promise<void> {
    this.working = false;
    for (const { disarm } of this.waiting.values()) disarm();
    const limit = setTimeout(() => {
      for (const { attempt } of this.waiting.values())
        attempt?.abort(new WorkerStoppedError('The worker stopped.'));
    }, timeout);
    await Promise.all(this.running);
    clearTimeout(limit);
  }

  private put(entry: StoredEntry, armed = this.working): void {
    const waiting = { entry, disarm: () => {} };
    this.waiting.set(entry.id, waiting);
    if (armed) this.arm(waiting);
  }

  private arm(waiting: Waiting): void {
    waiting.disarm = this.clock.at(waiting.entry.runAt, () => {
      const run = this.run(waiting).finally(() => this.running.delete(run));
      this.running.add(run);
    });
  }

  private async run(waiting: Waiting): Promise<void> {
    const begun = { ...waiting.entry, attempt: waiting.entry.attempt + 1 };
    waiting.attempt = new Attempt(begun);
    const result = await this.core.runner.run(waiting.attempt, this.clock);
    const { outcome } = result;
    this.waiting.delete(begun.id);
    if (outcome.type === 'retrying') this.put({ ...begun, runAt: outcome.runAt });
    else if (outcome.type === 'snoozed') this.put({ ...waiting.entry, runAt: outcome.runAt });
    else if (outcome.type === 'released') this.put(waiting.entry);
    else if (outcome.type === 'parked') this.put(waiting.entry, false); // until the next start
    this.core.reporter.settled(result, this.currentTime());
  }
}
// #endregion
