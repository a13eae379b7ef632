/** At most `max` starts in any span of `per` milliseconds. */
export class RateLimiter {
  private starts: number[] = [];

  constructor(
    private readonly max: number,
    private readonly per: number,
  ) {}

  /** How many may start now. */
  free(now: number): number {
    this.forget(now);
    return this.max - this.starts.length;
  }

  started(now: number): void {
    this.starts.push(now);
  }

  /** When the next may start, where none may now. */
  nextAt(now: number): number | undefined {
    this.forget(now);
    return this.starts.length < this.max ? undefined : this.starts[0]! + this.per;
  }

  private forget(now: number): void {
    const first = this.starts.findIndex((start) => start > now - this.per);
    if (first !== 0) this.starts = first === -1 ? [] : this.starts.slice(first);
  }
}
