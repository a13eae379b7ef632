/**
 * How long nobody can have taken a worker for dead, as far as it knows without asking. By two clocks: one stands still while
 * the machine sleeps, the other may be set.
 */
export class Lease {
  private shown = Lease.now();

  /** @param length in ms. */
  constructor(private readonly length: number) {}

  /** To be taken before a sign of life is sent. */
  static now(): { readonly at: number; readonly wall: number } {
    return { at: performance.now(), wall: Date.now() };
  }

  /** The store has confirmed the sign of life that was sent then. */
  renewed(sent: ReturnType<typeof Lease.now>): void {
    this.shown = sent;
  }

  get holds(): boolean {
    const { at, wall } = this.shown;
    return performance.now() - at < this.length && Date.now() - wall < this.length;
  }
}
