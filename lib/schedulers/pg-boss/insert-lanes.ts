import { bareError } from '../../jobs/bare-error.js';
import { toError } from '../../jobs/thrown.js';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';
import { SchedulerUnavailableError } from '../../scheduling/scheduling.errors.js';
import { isAway, isDeadlock } from './unavailable.js';

type Results = readonly (InsertResult | Error)[];

/** More statements at once than this only get in each other's way on the server. */
const LANES = 2;
const MOST_ENTRIES = 1_000;

interface Piece {
  readonly deadline: number;
  readonly entries: readonly NewEntry[];
  readonly resolve: (results: Results) => void;
  readonly reject: (error: unknown) => void;
}

/** What comes while the lanes are taken is written together by the next that is free: the more comes, the fewer statements. */
export class InsertLanes {
  private readonly waiting: Piece[] = [];
  private taken = 0;

  constructor(
    private readonly write: (entries: readonly NewEntry[], deadline: number) => Promise<Results>,
    /** In ms: what could not be begun by then never is, for its caller has been told that it was not stored. */
    private readonly patience: number,
  ) {}

  add(entries: readonly NewEntry[]): Promise<Results> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ deadline: performance.now() + this.patience, entries, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    while (this.taken < LANES && this.waiting.length > 0) {
      const pieces = this.takePieces();
      if (pieces.length === 0) return;
      this.taken += 1;
      void this.writeTogether(pieces).then(() => {
        this.taken -= 1;
        this.next();
      });
    }
  }

  private takePieces(): Piece[] {
    const inTime = this.waiting.findIndex(({ deadline }) => deadline > performance.now());
    for (const { reject } of this.waiting.splice(0, inTime === -1 ? this.waiting.length : inTime))
      reject(tooLate());
    let count = 0;
    let length = 0;
    for (const { entries } of this.waiting) {
      count += entries.length;
      if (length > 0 && count > MOST_ENTRIES) break;
      length += 1;
    }
    return this.waiting.splice(0, length);
  }

  private async writeTogether(pieces: readonly Piece[]): Promise<void> {
    try {
      const results = await this.writeApartIfRefused(
        pieces.flatMap(({ entries }) => entries),
        pieces[0]!.deadline,
      );
      let from = 0;
      for (const { entries, resolve } of pieces) {
        resolve(results.slice(from, from + entries.length));
        from += entries.length;
      }
    } catch (error) {
      for (const { reject } of pieces) reject(error);
    }
  }

  /** The server refuses a statement as a whole: the one entry that it cannot take is found by halves. */
  private async writeApartIfRefused(entries: readonly NewEntry[], deadline: number): Promise<Results> {
    try {
      return await this.write(entries, deadline);
    } catch (error) {
      if (isAway(error) || isDeadlock(error)) throw error;
      if (entries.length === 1) return [bareError(toError(error))];
      const middle = entries.length >> 1;
      const first = await this.writeApartIfRefused(entries.slice(0, middle), deadline);
      return [...first, ...(await this.writeApartIfRefused(entries.slice(middle), deadline))];
    }
  }
}

function tooLate(): SchedulerUnavailableError {
  return new SchedulerUnavailableError(
    'PostgreSQL was busy with what came before for too long: nothing was stored.',
  );
}
