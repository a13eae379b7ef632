import type { JobId } from '../jobs/job-id.js';
import type { NewEntry } from './stored-entry.js';

/** What is written in one piece, at the most: more would keep the first of many callers waiting for the last. */
export interface PieceSize {
  readonly entries: number;
  /** Of their data. */
  readonly characters: number;
}

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

  constructor(
    private readonly write: (entries: readonly NewEntry[]) => Promise<Fates>,
    private readonly most: () => PieceSize,
  ) {}

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
    const most = this.most();
    for (let from = 0; from < entries.length;) {
      const to = endOfPiece(entries, from, most);
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

/** Where the piece ends that begins there. */
export function endOfPiece(
  entries: readonly Pick<NewEntry, 'data'>[],
  from: number,
  most: PieceSize,
): number {
  let characters = 0;
  let to = from;
  do {
    characters += entries[to]!.data.length;
    to += 1;
  } while (to < entries.length && to - from < most.entries && characters < most.characters);
  return to;
}
