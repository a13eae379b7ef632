import { Injectable, type Type } from '@nestjs/common';
import type { JobContext } from '../jobs/job-context.interface.js';
import { JobEvents } from '../jobs/job-event.js';
import type { JobId } from '../jobs/job-id.js';
import type { EntryToSchedule, JobInterceptor } from '../jobs/job-interceptor.interface.js';
import { toError } from '../jobs/thrown.js';
import type { Capability } from '../scheduling/capability.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { context, diag } from './api.js';
import { isFailure, outcomeOf } from './attempt-outcome.js';
import { EntryGauge } from './entry-gauge.js';
import { JobMetrics, findMeter } from './job-metrics.js';
import { type Begun, JobSpans, endAttempt, endScheduling } from './job-spans.js';
import {
  type OpenTelemetryJobOptions,
  type OpenTelemetryJobSettings,
  toSettings,
} from './open-telemetry-job.options.js';
import { SCOPE } from './semantics.js';

const DEFAULTS = toSettings({});

/**
 * Traces and measures scheduling and attempts with [OpenTelemetry](https://opentelemetry.io), by its messaging
 * conventions. List it, or what {@link OpenTelemetryJobInterceptor.configure} gives, first in `interceptors`. It uses
 * the SDK that is registered when the app starts; without one it does next to nothing.
 *
 * @publicApi
 */
@Injectable()
export class OpenTelemetryJobInterceptor implements JobInterceptor {
  private readonly spans: JobSpans;
  private readonly metrics: JobMetrics | undefined;
  private readonly snoozes: boolean;

  /**
   * The interceptor with options, to be listed in its place.
   *
   * @throws {InvalidScheduleError} for a `countEvery` that is no duration.
   */
  static configure(options: OpenTelemetryJobOptions): Type<OpenTelemetryJobInterceptor> {
    const settings = toSettings(options);
    class ConfiguredOpenTelemetryJobInterceptor extends OpenTelemetryJobInterceptor {
      protected override get settings(): OpenTelemetryJobSettings {
        return settings;
      }
    }
    return ConfiguredOpenTelemetryJobInterceptor;
  }

  constructor(events: JobEvents, scheduler: JobScheduler) {
    const can = capabilitiesOf(scheduler);
    this.snoozes = can.has('retry');
    this.spans = new JobSpans(this.settings, !can.has('delay') && !can.has('durable'));
    const meter = findMeter();
    if (!meter) return;
    this.metrics = new JobMetrics(meter, events);
    const { countEvery } = this.settings;
    if (countEvery !== undefined && can.has('query')) {
      // It lives by the meter's hold on it.
      void new EntryGauge(meter, scheduler, events, countEvery);
    }
  }

  /** @internal */
  protected get settings(): OpenTelemetryJobSettings {
    return DEFAULTS;
  }

  async schedule(entry: EntryToSchedule, next: () => Promise<JobId>): Promise<JobId> {
    const began = performance.now();
    const begun = safely(() => this.spans.beginScheduling(entry));
    const run = () => (begun ? context.with(begun.within, next) : next());
    if (!this.watches(begun)) return run();
    const end = (stored: JobId | undefined, thrown?: Error) =>
      safely(() => {
        this.metrics?.scheduled(entry, performance.now() - began, thrown);
        if (begun) endScheduling(begun.span, entry, stored, thrown);
      });
    try {
      const id = await run();
      end(id);
      return id;
    } catch (error) {
      end(undefined, toError(error));
      throw error;
    }
  }

  async execute(job: JobContext, next: () => Promise<void>): Promise<void> {
    const began = performance.now();
    const begun = safely(() => this.spans.beginAttempt(job));
    const run = () => (begun ? context.with(begun.within, next) : next());
    if (!this.watches(begun)) return run();
    let ended = false;
    const end = (thrown?: Error) => {
      if (ended) return;
      ended = true;
      safely(() => {
        const outcome = thrown ? outcomeOf(thrown, job, this.snoozes) : 'succeeded';
        const failure = isFailure(outcome) ? thrown : undefined;
        this.metrics?.processed(job, performance.now() - began, failure);
        if (begun) endAttempt(begun.span, outcome, failure);
      });
    };
    // An aborted attempt is over, whatever its code still does.
    const onAbort = () => end(toError(job.signal.reason));
    job.signal.addEventListener('abort', onAbort, { once: true });
    try {
      await run();
      end();
    } catch (error) {
      end(toError(error));
      throw error;
    } finally {
      job.signal.removeEventListener('abort', onAbort);
    }
  }

  private watches(begun: Begun | undefined): boolean {
    return this.metrics !== undefined || begun?.span.isRecording() === true;
  }
}

/** A test's double may have none. */
function capabilitiesOf({ capabilities }: Partial<JobScheduler>): ReadonlySet<Capability> {
  return capabilities ?? new Set();
}

/** Telemetry that fails must not harm what it watches. */
function safely<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    diag.error(`${SCOPE}: telemetry of an entry failed`, error);
    return undefined;
  }
}
