import type { SqliteClaims } from './sqlite-claims.js';
import type { WakeFile } from './wake-file.js';

/** Which commits they are told of. Each of them has a timer for the first entry that it saw waiting. */
export class OtherProcesses {
  private areConcerned = false;
  /** In the transaction that is open. */
  private earliestWaiting = Infinity;

  constructor(
    private readonly claims: SqliteClaims,
    private readonly wake: WakeFile,
  ) {}

  /** What is being written may make something due there too. */
  concern(): void {
    this.areConcerned = true;
  }

  /** Whether that concerns them shows when all is written. */
  noteWaiting(runAt: number): void {
    this.earliestWaiting = Math.min(this.earliestWaiting, runAt);
  }

  beforeCommit(): void {
    if (this.earliestWaiting === Infinity) return;
    // Only what is due before all that was there concerns the others: their timers stand at that.
    const now = Date.now();
    this.areConcerned ||= this.earliestWaiting <= now || this.claims.nextAtHere(now) === this.earliestWaiting;
    this.earliestWaiting = Infinity;
  }

  afterCommit(): void {
    if (this.areConcerned) this.wake.touch();
    this.areConcerned = false;
  }

  afterRollback(): void {
    this.earliestWaiting = Infinity;
  }
}
