import type { Clock } from '../jobs/clock.js';

interface Timer {
  readonly time: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  private readonly timers = new Set<Timer>();

  constructor(private current: number) {}

  now(): number {
    return this.current;
  }

  at(time: number, callback: () => void): () => void {
    const timer = { time, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** When the next timer fires. */
  get nextAt(): number | undefined {
    return this.earliest()?.time;
  }

  /** Moves on, and fires the timers on the way in their order. */
  moveTo(time: number): void {
    for (let timer = this.earliest(); timer && timer.time <= time; timer = this.earliest()) {
      this.timers.delete(timer);
      this.current = Math.max(this.current, timer.time);
      timer.callback();
    }
    this.current = Math.max(this.current, time);
  }

  private earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.timers) if (!earliest || timer.time < earliest.time) earliest = timer;
    return earliest;
  }
}
