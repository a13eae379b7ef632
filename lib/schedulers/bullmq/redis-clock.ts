import { SystemClock } from '../../jobs/clock.js';

/**
 * The clock of the server: one for all processes, so that none whose own clock is wrong, or is set while it runs, runs or
 * schedules an entry at a wrong time. In between it counts on by what nobody can set.
 */
export class RedisClock extends SystemClock {
  private ahead = performance.timeOrigin;

  override now(): number {
    return Math.floor(performance.now() + this.ahead);
  }

  /** @param sent by `performance.now()`: the server's clock was read between then and now. */
  learn(server: number, sent: number): void {
    const received = performance.now();
    const ahead = server - (sent + received) / 2;
    const uncertain = (received - sent) / 2 + 1;
    // What may be the way to the server is not taken for a difference.
    if (Math.abs(ahead - this.ahead) > uncertain) this.ahead = ahead;
  }
}
