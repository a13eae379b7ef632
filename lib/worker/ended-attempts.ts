import type { JobId } from '../jobs/job-id.js';
import type { Settlement } from './work-source.js';

/** Attempts that have ended, until that is written down. */
export class EndedAttempts {
  private waiting: Settlement[] = [];
  private beingWritten: readonly Settlement[] = [];

  /** @param mostBytes of the data of those that are written down at once. */
  constructor(private readonly mostBytes = Infinity) {}

  /** How many are to be written down, those that are being written aside. */
  get waitingCount(): number {
    return this.waiting.length;
  }

  add(settlement: Settlement): void {
    this.waiting.push(settlement);
  }

  /** To be written down now: from the first, at least one, if there are any. */
  take(): readonly Settlement[] {
    let bytes = 0;
    const end = this.waiting.findIndex(({ result }, index) => {
      bytes += result.entry.data.length;
      return index > 0 && bytes > this.mostBytes;
    });
    this.beingWritten = this.waiting.splice(0, end === -1 ? this.waiting.length : end);
    return this.beingWritten;
  }

  /** What was taken is written down. */
  written(): void {
    this.beingWritten = [];
  }

  /** What was taken could not be written down, and is to be again. */
  putBack(): void {
    this.waiting = [...this.beingWritten, ...this.waiting];
    this.beingWritten = [];
  }

  has(id: JobId, claim: number): boolean {
    return [...this.waiting, ...this.beingWritten].some(
      (one) => one.result.entry.id === id && one.claim === claim,
    );
  }
}
