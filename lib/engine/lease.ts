/**
 * How long nobody can have taken a worker for dead, as far as it knows without asking. By two clocks: one stands still while
 * the machine sleeps, the other may be set.
 */
export class Lease {
  private shown = Lease.now();
  /** Since when nobody can have. */
  private unbrokenFrom = this.shown.at;

  /** @param length in ms. */
  constructor(readonly length: number) {}

  /** To be taken before a sign of life is sent. */
  static now(): { readonly at: number; readonly wall: number } {
    return { at: performance.now(), wall: Date.now() };
  }

  /** The store has confirmed the sign of life that was sent then. */
  renewed(sent: ReturnType<typeof Lease.now>): void {
    if (!this.holds) this.unbrokenFrom = performance.now();
    this.shown = sent;
  }

  /** Somebody has taken this worker for dead. */
  lost(): void {
    this.shown = { at: -Infinity, wall: -Infinity };
  }

  get holds(): boolean {
    const { at, wall } = this.shown;
    return performance.now() - at < this.length && Date.now() - wall < this.length;
  }

  /**
   * Whether what was asked for then is still this worker's own: the lease may have ended since, and another have begun.
   *
   * @param asked by `performance.now()`.
   */
  coversSince(asked: number): boolean {
    return this.holds && asked >= this.unbrokenFrom;
  }
}
