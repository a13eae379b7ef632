import type { JobEvent, JobEvents } from '../jobs/job-event.js';
import { type Attributes, type Meter, createNoopMeter, diag, metrics } from './api.js';
import { errorTypeOf } from './recorded-error.js';
import { SCOPE, type Subject, attributesOf } from './semantics.js';

/** In seconds, as the messaging conventions say. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** An entry is late by milliseconds, or by hours where the workers were away. */
const LATENCIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600];

/** The app's meter, or nothing where no SDK has registered one: then there is nothing to count for. */
export function findMeter(): Meter | undefined {
  const meter = metrics.getMeter(SCOPE);
  return meter === createNoopMeter() ? undefined : meter;
}

/** Counts and measures what happens to entries. What the store has written down comes as events. */
export class JobMetrics {
  private readonly scheduling;
  private readonly sent;
  private readonly consumed;
  private readonly processing;
  private readonly outcomes;
  private readonly latency;

  constructor(meter: Meter, events: JobEvents) {
    const seconds = (name: string, description: string, explicitBucketBoundaries: number[]) =>
      meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries } });
    this.scheduling = seconds(
      'messaging.client.operation.duration',
      'How long calls that schedule take.',
      DURATIONS,
    );
    this.sent = meter.createCounter('messaging.client.sent.messages', {
      unit: '{message}',
      description: 'Entries scheduled, and calls that failed to.',
    });
    this.consumed = meter.createCounter('messaging.client.consumed.messages', {
      unit: '{message}',
      description: 'Attempts begun.',
    });
    this.processing = seconds('messaging.process.duration', 'How long attempts take.', DURATIONS);
    this.outcomes = meter.createCounter('eventflow.job.outcomes', {
      unit: '{outcome}',
      description: 'What attempts came to, and entries that were cancelled or parked without one.',
    });
    this.latency = seconds('eventflow.job.latency', 'How long after its time an attempt begins.', LATENCIES);
    // A subscriber that throws would end the process.
    events.all$.subscribe((event) => {
      try {
        this.count(event);
      } catch (error) {
        diag.error(`${SCOPE}: an event could not be counted`, error);
      }
    });
  }

  /** @param thrown by the call, where it failed. */
  scheduled(entry: Subject, durationMs: number, thrown?: Error): void {
    const attributes = withError(attributesOf('schedule', entry), thrown);
    this.scheduling.record(durationMs / 1_000, attributes);
    if (thrown) this.sent.add(1, attributes);
  }

  /** @param thrown by the attempt, where it failed. */
  processed(job: Subject, durationMs: number, thrown?: Error): void {
    this.processing.record(durationMs / 1_000, withError(attributesOf('process', job), thrown));
  }

  private count(event: JobEvent): void {
    const { type, at, runAt, error } = event;
    if (type === 'scheduled' && event.durationMs === undefined) {
      this.sent.add(1, attributesOf('schedule', event));
      return;
    }
    const attributes = attributesOf('process', event);
    if (type === 'started') {
      this.consumed.add(1, attributes);
      this.latency.record(Math.max(0, at.getTime() - runAt.getTime()) / 1_000, attributes);
      return;
    }
    const failed = type === 'failed' || type === 'retrying';
    this.outcomes.add(1, {
      ...withError(attributes, failed ? error : undefined),
      'eventflow.job.outcome': type === 'scheduled' ? 'snoozed' : type,
    });
  }
}

function withError(attributes: Attributes, thrown: Error | undefined): Attributes {
  return thrown ? { ...attributes, 'error.type': errorTypeOf(thrown) } : attributes;
}
