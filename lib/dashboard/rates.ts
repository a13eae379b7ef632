import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { type JobEvent, JobEvents } from '../jobs/job-event.js';

/** Seconds. */
export const RATE_STEP = 10;
const STEP_MS = RATE_STEP * 1_000;
/** Of an hour. */
const STEPS = 360;
const COUNTED = ['scheduled', 'succeeded', 'failed', 'retrying'] as const;

/** How much happened in one step, as this process saw it. */
export interface RatePoint extends Record<(typeof COUNTED)[number], number> {
  /** When the step began. */
  readonly at: string;
}

/** Counts what `JobEvents` tells, for the last hour, in a ring that never grows. */
@Injectable()
export class Rates implements OnModuleDestroy {
  private readonly counts = new Uint32Array(STEPS * COUNTED.length);
  private readonly subscription: Subscription;
  /** The last step that the ring holds, in steps since 1970. */
  private newest = stepAt(Date.now());

  constructor(events: JobEvents) {
    this.subscription = events.all$.subscribe((event) => this.count(event));
  }

  onModuleDestroy(): void {
    this.subscription.unsubscribe();
  }

  /** Oldest first; the last one is not over yet. */
  points(): RatePoint[] {
    this.advance();
    return Array.from({ length: STEPS }, (_, index) => this.pointOf(this.newest - STEPS + 1 + index));
  }

  last(): RatePoint {
    this.advance();
    return this.pointOf(this.newest);
  }

  private count({ type, durationMs }: JobEvent): void {
    // An attempt that snoozed goes back: nothing new was scheduled.
    if (type === 'scheduled' && durationMs !== undefined) return;
    const index = COUNTED.indexOf(type as (typeof COUNTED)[number]);
    if (index < 0) return;
    this.advance();
    this.counts[offsetOf(this.newest) + index]! += 1;
  }

  /** Empties the steps that have passed. A clock that was set back goes on counting in the newest one. */
  private advance(): void {
    const now = stepAt(Date.now());
    const first = Math.max(this.newest + 1, now - STEPS + 1);
    for (let step = first; step <= now; step++) {
      this.counts.fill(0, offsetOf(step), offsetOf(step) + COUNTED.length);
    }
    this.newest = Math.max(this.newest, now);
  }

  private pointOf(step: number): RatePoint {
    const [scheduled, succeeded, failed, retrying] = this.counts.subarray(offsetOf(step));
    return {
      at: new Date(step * STEP_MS).toISOString(),
      scheduled: scheduled!,
      succeeded: succeeded!,
      failed: failed!,
      retrying: retrying!,
    };
  }
}

function stepAt(time: number): number {
  return Math.floor(time / STEP_MS);
}

function offsetOf(step: number): number {
  return (step % STEPS) * COUNTED.length;
}
