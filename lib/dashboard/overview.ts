import { Inject, Injectable } from '@nestjs/common';
import type { Capability } from '../scheduling/capability.js';
import type { JobState } from '../scheduling/job-entry.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { DASHBOARD_OPTIONS, type JobsDashboardViewOptions } from './dashboard.options.js';

/** What there is at a glance, and what can be done. */
export interface OverviewView {
  /** The class of the scheduler. */
  readonly scheduler: string;
  readonly capabilities: readonly Capability[];
  readonly readOnly: boolean;
  readonly payloads: boolean;
  readonly now: string;
  /** `null`: the scheduler cannot tell. */
  readonly counts: Record<JobState, number> | null;
  readonly oldestDue: string | null;
}

@Injectable()
export class Overview {
  constructor(
    private readonly scheduler: JobScheduler,
    @Inject(DASHBOARD_OPTIONS) private readonly options: JobsDashboardViewOptions,
  ) {}

  async read(): Promise<OverviewView> {
    const canTell = this.scheduler.capabilities.has('query');
    const [counts, oldestDue] = canTell
      ? await Promise.all([this.scheduler.counts(), this.scheduler.oldestDue()])
      : [null, undefined];
    return {
      scheduler: this.scheduler.constructor.name,
      capabilities: [...this.scheduler.capabilities],
      readOnly: this.options.readOnly === true,
      payloads: this.options.payloads === true,
      now: new Date().toISOString(),
      counts,
      oldestDue: oldestDue?.toISOString() ?? null,
    };
  }
}
