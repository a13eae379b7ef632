/**
 * Where a scheduler takes the time from: the machine, or a test. Times are milliseconds since 1970, UTC.
 *
 * @publicApi
 */
export interface Clock {
  now(): number;
  /**
   * Calls back once, not before the clock shows `time`. Gives a function that cancels it.
   *
   * @param label what it is for, for those who watch the timers.
   */
  at(time: number, callback: () => void, label?: string): () => void;
}

/**
 * Node takes at most 2^31 - 1 ms, and fires at once beyond. We sleep far shorter, so that a wall clock that is stepped,
 * or a machine that wakes from sleep, is noticed within half a minute.
 */
const LONGEST_SLEEP = 30_000;

/**
 * The machine's clock.
 *
 * @publicApi
 */
export class SystemClock implements Clock {
  /** @param onTimer is told of each Node timer that is set. */
  constructor(private readonly onTimer: (timer: NodeJS.Timeout, label?: string) => void = () => {}) {}

  now(): number {
    return Date.now();
  }

  at(time: number, callback: () => void, label?: string): () => void {
    let timer: NodeJS.Timeout;
    const sleep = () => {
      const left = time - this.now();
      // A timer may fire up to a millisecond early: only the clock decides.
      timer = setTimeout(
        () => (this.now() >= time ? callback() : sleep()),
        Math.min(Math.max(left, 0), LONGEST_SLEEP),
      );
      this.onTimer(timer, label);
    };
    sleep();
    return () => clearTimeout(timer);
  }
}
