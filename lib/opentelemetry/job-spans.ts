import type { JobContext } from '../jobs/job-context.interface.js';
import type { JobId } from '../jobs/job-id.js';
import type { EntryToSchedule } from '../jobs/job-interceptor.interface.js';
import { type Context, type Span, SpanKind, context, trace } from './api.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { carriedBy, carry } from './carried-context.js';
import type { OpenTelemetryJobSettings } from './open-telemetry-job.options.js';
import { recordError } from './recorded-error.js';
import { type Operation, OPERATIONS, SCOPE, type Subject, attributesOf } from './semantics.js';

/** A span that has begun, and the context in which its work is to run. */
export interface Begun {
  readonly span: Span;
  readonly within: Context;
}

/** Begins the spans around scheduling and around attempts. */
export class JobSpans {
  private readonly tracer = trace.getTracer(SCOPE);

  constructor(
    private readonly settings: OpenTelemetryJobSettings,
    /** Whether entries run at once, in the caller. */
    private readonly atOnce: boolean,
  ) {}

  /** The entry carries the span's context; one that the caller has put there himself stays, and is linked to. */
  beginScheduling(entry: EntryToSchedule): Begun {
    const { metadata, id, key, runAt, recurring } = entry;
    const active = context.active();
    const given = trace.getSpanContext(carriedBy(metadata));
    const span = this.tracer.startSpan(
      this.nameOf('schedule', entry),
      {
        kind: SpanKind.PRODUCER,
        attributes: attributesOf('schedule', entry),
        links: given ? [{ context: given }] : [],
      },
      active,
    );
    if (span.isRecording()) {
      span.setAttributes({
        'eventflow.job.version': entry.version,
        ...commandVersion(entry),
        ...(id !== undefined && { 'messaging.message.id': id }),
        ...(runAt && { 'eventflow.job.run_at': runAt.toISOString() }),
        ...(recurring !== undefined && { 'eventflow.job.recurring': recurring }),
        ...this.keyOf(key),
      });
    }
    const within = trace.setSpan(active, span);
    // Ticks for years to come would all lie in one trace.
    const endless = recurring !== undefined && this.settings.asChildren;
    carry(metadata, given || endless ? trace.deleteSpan(active) : within);
    return { span, within };
  }

  beginAttempt(job: JobContext): Begun {
    const carried = carriedBy(job.metadata);
    const creation = trace.getSpanContext(carried);
    const parent = this.settings.asChildren || this.atOnce ? carried : trace.deleteSpan(carried);
    const span = this.tracer.startSpan(
      this.nameOf('process', job),
      {
        kind: SpanKind.CONSUMER,
        attributes: { ...attributesOf('process', job), 'messaging.message.id': job.id },
        links: creation ? [{ context: creation }] : [],
      },
      parent,
    );
    if (span.isRecording()) {
      span.setAttributes({
        'eventflow.job.version': job.version,
        ...commandVersion(job),
        'eventflow.job.attempt': job.attempt,
        'eventflow.job.attempts': job.attempts,
        'eventflow.job.scheduled_at': job.scheduledAt.toISOString(),
        'eventflow.job.run_at': job.runAt.toISOString(),
        ...this.keyOf(job.key),
      });
    }
    return { span, within: trace.setSpan(parent, span) };
  }

  private nameOf(operation: Operation, { name, command, queue }: Subject): string {
    return `${OPERATIONS[operation].name} ${this.settings.namedByJob ? (command?.name ?? name) : queue}`;
  }

  private keyOf(key: string | undefined): { 'eventflow.job.key'?: string } {
    return this.settings.keys && key !== undefined ? { 'eventflow.job.key': key } : {};
  }
}

/** @param stored the id of the entry that is stored now: another one where it holds the key. */
export function endScheduling(
  span: Span,
  entry: EntryToSchedule,
  stored: JobId | undefined,
  thrown: Error | undefined,
): void {
  if (thrown) recordError(span, thrown);
  else if (stored !== undefined && entry.id !== undefined && stored !== entry.id) {
    span.setAttributes({ 'messaging.message.id': stored, 'eventflow.job.kept': true });
  }
  span.end();
}

/** @param failure what was thrown, where the attempt has failed by it. */
export function endAttempt(span: Span, outcome: AttemptOutcome, failure: Error | undefined): void {
  span.setAttribute('eventflow.job.outcome', outcome);
  if (failure) recordError(span, failure);
  span.end();
}

function commandVersion({ command }: { readonly command?: { readonly version: number } }): {
  'eventflow.command.version'?: number;
} {
  return command ? { 'eventflow.command.version': command.version } : {};
}
