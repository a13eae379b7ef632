/** After so many ms in which one use followed the other, the lock is left to others for a moment. */
const LONGEST_RUN = 250;
/** In ms: another process that waits for the file tries again at least as often. */
const MOMENT = 30;

/** Between uses of the file's one write lock that follow each other: else a backlog of them would shut out everybody else. */
export class LockPauses {
  private users = 0;
  /** Since when the lock has not been left to others. */
  private busySince = 0;

  /** One more waits for its use. */
  enter(): void {
    if (this.users++ === 0) this.busySince = performance.now();
  }

  /** After a use: the next is to wait for it. Writes of this process come between any two, those of others now and then. */
  async leave(): Promise<void> {
    this.users -= 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() - this.busySince < LONGEST_RUN) return;
    await new Promise((resolve) => setTimeout(resolve, MOMENT));
    this.busySince = performance.now();
  }
}
