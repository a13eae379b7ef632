import type { JobId } from '../jobs/job-id.js';
import type { NewEntry } from './stored-entry.js';

/** More in one piece would keep the first of many callers waiting for the last. */
const MOST_ENTRIES = 200;
const MOST_CHARACTERS = 128 * 1024;

interface Caller {
  readonly resolve: (id: JobId) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of each entry: its id, or why it was refused. */
export type Fates = readonly (JobId | Error)[];

/**
 * Brings together the entries of calls that are made one after the other without waiting, so that they cost the store
 * one write, and each call a single promise; each call keeps its own outcome.
 */
export class GatheredCalls {
  private entries: NewEntry[] = [];
  private callers: Caller[] = [];

  constructor(private readonly write: (entries: readonly NewEntry[]) => Promise<Fates>) {}

  add(entry: NewEntry): Promise<JobId> {
    return new Promise((resolve, reject) => {
      if (this.entries.length === 0) process.nextTick(() => this.flush());
      this.entries.push(entry);
      this.callers.push({ resolve, reject });
    });
  }

  private flush(): void {
    const { entries, callers } = this;
    this.entries = [];
    this.callers = [];
    for (let from = 0; from < entries.length;) {
      const to = endOfPiece(entries, from);
      void this.writePiece(entries.slice(from, to), callers.slice(from, to));
      from = to;
    }
  }

  private async writePiece(entries: readonly NewEntry[], callers: readonly Caller[]): Promise<void> {
    try {
      const fates = await this.write(entries);
      callers.forEach(({ resolve, reject }, index) => {
        const fate = fates[index]!;
        if (typeof fate === 'string') resolve(fate);
        else reject(fate);
      });
    } catch (error) {
      for (const { reject } of callers) reject(error);
    }
  }
}

function endOfPiece(entries: readonly NewEntry[], from: number): number {
  let characters = 0;
  let to = from;
  do {
    characters += entries[to]!.data.length;
    to += 1;
  } while (to < entries.length && to - from < MOST_ENTRIES && characters < MOST_CHARACTERS);
  return to;
}
