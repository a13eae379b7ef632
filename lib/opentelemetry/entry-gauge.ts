import { LineLogger } from '../jobs/line.logger.js';
import type { JobEvents } from '../jobs/job-event.js';
import { messageOf } from '../jobs/thrown.js';
import type { JobState } from '../scheduling/job-entry.js';
import type { JobScheduler } from '../scheduling/job-scheduler.js';
import type { Meter, ObservableResult } from './api.js';
import { systemAttributes } from './semantics.js';

/** Those which somebody waits for, or has to see to. How many ended is what the counters tell. */
const STATES = ['scheduled', 'running', 'parked', 'failed'] as const satisfies JobState[];

type Counts = Record<JobState, number>;

/** Tells how many entries lie in the store, asked for when metrics are collected. */
export class EntryGauge {
  private readonly logger = new LineLogger('EventFlowJobs');
  private counts: Promise<Counts | undefined> | undefined;
  private countedAt = 0;
  private toldOfFailure = false;

  /** @param least ms between two counts: of a million entries it is work. */
  constructor(
    meter: Meter,
    private readonly scheduler: JobScheduler,
    events: JobEvents,
    private readonly least: number,
  ) {
    const gauge = meter.createObservableGauge('eventflow.job.entries', {
      unit: '{entry}',
      description: 'Entries in the store, whichever process scheduled them.',
    });
    const observe = (result: ObservableResult) => this.observe(result);
    gauge.addCallback(observe);
    // The meter outlives the app.
    events.all$.subscribe({ complete: () => gauge.removeCallback(observe) });
  }

  private async observe(result: ObservableResult): Promise<void> {
    const counts = await this.count();
    if (!counts) return;
    for (const state of STATES) {
      result.observe(counts[state], { ...systemAttributes(), 'eventflow.job.state': state });
    }
  }

  private count(): Promise<Counts | undefined> {
    const now = performance.now();
    if (!this.counts || now - this.countedAt >= this.least) {
      this.countedAt = now;
      this.counts = this.scheduler.counts().then(
        (counts) => {
          this.toldOfFailure = false;
          return counts;
        },
        (error: unknown) => this.tell(error),
      );
    }
    return this.counts;
  }

  /** Once: it will be asked again and again while the store is away. */
  private tell(error: unknown): undefined {
    if (this.toldOfFailure) return;
    this.toldOfFailure = true;
    this.logger.warn(`The metric eventflow.job.entries has gaps: ${messageOf(error)}`);
  }
}
