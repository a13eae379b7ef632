import { toError } from '../jobs/thrown.js';

/**
 * Brings the ends of several interceptor chains together: each chain calls `add` with its entry and waits; once every
 * chain has, all entries are written as one.
 */
export class JointWrite<T, R> {
  private readonly items: T[] = [];
  private readonly waiting: { resolve: (result: R) => void; reject: (error: unknown) => void }[] = [];
  private open: number;
  private failure: Error | undefined;

  constructor(
    chains: number,
    private readonly write: (items: readonly T[]) => Promise<readonly R[]>,
  ) {
    this.open = chains;
  }

  /** A chain has come to its end. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      this.items.push(item);
      this.waiting.push({ resolve, reject });
      this.close();
    });
  }

  /** A chain ended without an entry. */
  skip(): void {
    this.close();
  }

  /** A chain failed: nothing is written, and every other chain fails with it. */
  fail(error: unknown): void {
    this.failure ??= toError(error);
    this.open = Number.POSITIVE_INFINITY;
    for (const { reject } of this.waiting) reject(error);
    this.waiting.length = 0;
  }

  private close(): void {
    this.open -= 1;
    if (this.open > 0) return;
    this.write(this.items).then(
      (results) => this.waiting.forEach(({ resolve }, index) => resolve(results[index]!)),
      (error: unknown) => this.waiting.forEach(({ reject }) => reject(error)),
    );
  }
}
