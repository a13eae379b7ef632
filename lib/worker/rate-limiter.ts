/** A start that was let through. */
export interface LimitedStart {
  /** In ms since 1970. Infinity while it is on its way to begin; what never begins is taken back by -Infinity. */
  at: number;
}

/** At most `max` starts in any span of `per` milliseconds. */
export class RateLimiter {
  private starts: LimitedStart[] = [];

  constructor(
    private readonly max: number,
    private readonly per: number,
  ) {}

  /** How many may start now. */
  free(now: number): number {
    this.forget(now);
    return this.max - this.starts.length;
  }

  /** Counts from now on, and its span begins when it does: a transaction may have to be begun first. */
  take(): LimitedStart {
    const start = { at: Infinity };
    this.starts.push(start);
    return start;
  }

  /** When the next may start, where none may now; Infinity where that shows when those on their way have begun. */
  nextAt(now: number): number | undefined {
    this.forget(now);
    if (this.starts.length < this.max) return undefined;
    return Math.min(...this.starts.map(({ at }) => at)) + this.per;
  }

  private forget(now: number): void {
    this.starts = this.starts.filter(({ at }) => at > now - this.per);
  }
}
