import { SystemClock } from '../../jobs/clock.js';

/** The clock of the server: one for all processes, so that none whose own clock is wrong runs an entry early. */
export class RedisClock extends SystemClock {
  private ahead = 0;

  override now(): number {
    return Date.now() + this.ahead;
  }

  /** @param sent and `received`, by this machine's clock: the server's was read in between. */
  learn(server: number, sent: number, received: number): void {
    const ahead = server - (sent + received) / 2;
    const uncertain = (received - sent) / 2 + 1;
    // What may be the way to the server is not taken for a difference.
    if (Math.abs(ahead - this.ahead) > uncertain) this.ahead = Math.round(ahead);
  }
}
