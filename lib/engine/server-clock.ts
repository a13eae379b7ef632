import { SystemClock } from '../jobs/clock.js';
import { SchedulerUnavailableError } from '../scheduling/scheduling.errors.js';

/** A difference in ms that no timer, and no machine that keeps its clock right, makes. */
const DOUBTFUL = 100;
/** Clocks of machines go apart by less than this part of the time. */
const DRIFT = 0.0005;
/** In ms. */
const STOOD_STILL = 100;

/** How far the machine's clock is ahead of what it counts by. */
function wallClock(): number {
  return Date.now() - performance.now();
}

/**
 * The clock of the server: one for all processes, so that none whose own clock is wrong, or is set while it runs, runs or
 * schedules an entry at a wrong time. In between it counts on by what nobody can set.
 */
export class ServerClock extends SystemClock {
  private ahead = performance.timeOrigin;
  private behind = wallClock();
  private mostWrong = Infinity;
  private learnedAt = 0;

  override now(): number {
    return Math.floor(performance.now() + this.ahead);
  }

  /**
   * Whether this machine may have slept since the clock was learned: then what it counts by stood still. Where the machine's
   * own clock was set, it looks the same.
   */
  get isDoubtful(): boolean {
    return Math.abs(wallClock() - this.behind) > DOUBTFUL;
  }

  /** How far it may be from the server's own, in ms: what the way there and back took, and what clocks differ since. */
  get uncertainty(): number {
    return this.mostWrong + (performance.now() - this.learnedAt) * DRIFT;
  }

  /** @param sent by `performance.now()`: the server's clock was read between then and now. */
  learn(server: number, sent: number): void {
    const received = performance.now();
    const ahead = server - (sent + received) / 2;
    const uncertain = (received - sent) / 2 + 1;
    this.behind = wallClock();
    const before = this.uncertainty;
    this.learnedAt = received;
    const difference = Math.abs(ahead - this.ahead);
    // What may be the way to the server is not taken for a difference.
    if (difference > uncertain) {
      this.ahead = ahead;
      this.mostWrong = uncertain;
    } else this.mostWrong = Math.min(before, difference + uncertain);
  }

  /** @param read gives the server's clock, in ms since 1970. */
  async ask(read: () => Promise<number>): Promise<void> {
    const sent = performance.now();
    this.learn(await read(), sent);
  }

  /**
   * Before something is stored that was planned by this clock, where it is doubtful: what was planned by one that had stood
   * still would run too early.
   *
   * @throws {SchedulerUnavailableError} where it had stood still.
   */
  async assertRight(read: () => Promise<number>): Promise<void> {
    const planned = this.now();
    const sent = performance.now();
    this.learn(await read(), sent);
    if (this.now() - planned < STOOD_STILL + performance.now() - sent) return;
    throw new SchedulerUnavailableError(
      'This machine stood still, and its clock with it: nothing was stored. Schedule again, by the time of now.',
    );
  }
}
