import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import {
  type EntryToSchedule,
  type EventFlowJobsModuleOptions,
  type Job,
  type JobContext,
  type JobId,
  type JobInterceptor,
  JobVersion,
  RecurringJob,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { OpenTelemetryJobInterceptor } from 'nestjs-eventflow-jobs/opentelemetry';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorOf, startApp } from '../support/app.js';
import { startVirtual } from '../support/virtual.js';
import {
  endedSpans,
  forgetSpans,
  idOf,
  linksOf,
  parentOf,
  registerTracing,
  spanNamed,
  spansNamed,
  traceOf,
} from './support/telemetry.js';

registerTracing();
beforeEach(forgetSpans);
const tracer = trace.getTracer('the app');

@JobVersion('Note', 3)
class NoteJob implements Job {
  constructor(readonly text = 'note') {}
  execute() {}
}

class GreetCommand {}

const start = (options: EventFlowJobsModuleOptions = {}) =>
  startVirtual({
    jobs: [NoteJob],
    commands: [GreetCommand],
    interceptors: [OpenTelemetryJobInterceptor],
    ...options,
  });

/** What another service, or another part of the app, would have put there. */
const given = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('The span of a scheduling', () => {
  it('is named and described by the messaging conventions', async () => {
    const { scheduler } = await start();
    const id = await scheduler.schedule(new NoteJob(), '1h', { queue: 'mail', key: 'customer-42' });

    const span = await spanNamed('schedule mail');
    expect(span.kind).toBe(SpanKind.PRODUCER);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.instrumentationScope.name).toBe('nestjs-eventflow-jobs');
    expect(span.attributes).toEqual({
      'messaging.system.name': 'eventflow_jobs',
      'messaging.system': 'eventflow_jobs',
      'messaging.operation.name': 'schedule',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'mail',
      'messaging.message.id': id,
      'eventflow.job.name': 'Note',
      'eventflow.job.version': 3,
      'eventflow.job.run_at': new Date(scheduler.now.getTime() + 3_600_000).toISOString(),
    });
  });

  it('says which command is scheduled; by option its key, and its name', async () => {
    const { commands } = await start({
      interceptors: [OpenTelemetryJobInterceptor.configure({ keys: true, spanNames: 'job' })],
    });
    await commands.schedule(new GreetCommand(), '1h', { key: 'customer-42' });
    expect((await spanNamed('schedule GreetCommand')).attributes).toMatchObject({
      'messaging.destination.name': 'default',
      'eventflow.job.name': 'PublishCommand',
      'eventflow.command.name': 'GreetCommand',
      'eventflow.command.version': 1,
      'eventflow.job.key': 'customer-42',
    });
  });

  it('fails with a call that is refused', async () => {
    const { scheduler } = await start();
    await scheduler.schedule(new NoteJob(), '1h', { key: 'a' });
    forgetSpans();
    const error = await errorOf(() =>
      scheduler.schedule(new NoteJob(), '1h', { key: 'a', onConflict: 'reject' }),
    );

    const span = await spanNamed('schedule default');
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: error.message });
    expect(span.attributes['error.type']).toBe('DuplicateJobKeyError');
    expect(span.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'exception',
        {
          'exception.type': 'DuplicateJobKeyError',
          'exception.message': error.message,
          'exception.stacktrace': error.stack,
        },
      ],
    ]);
  });

  it('names the entry that stands where its key was taken', async () => {
    const { scheduler } = await start();
    const id = await scheduler.schedule(new NoteJob(), '1h', { key: 'a' });
    await scheduler.schedule(new NoteJob(), '1h', { key: 'a' });
    expect(spansNamed('schedule default').map(({ attributes }) => attributes)).toMatchObject([
      { 'messaging.message.id': id },
      { 'messaging.message.id': id, 'eventflow.job.kept': true },
    ]);
    expect(spansNamed('schedule default')[0]!.attributes).not.toHaveProperty(['eventflow.job.kept']);
  });

  it('is active while the entry is stored, for the spans of drivers and of interceptors further in', async () => {
    class InnerInterceptor implements JobInterceptor {
      schedule(_entry: EntryToSchedule, next: () => Promise<JobId>) {
        trace.getActiveSpan()!.setAttribute('inner', true);
        return next();
      }
    }
    const { scheduler } = await start({ interceptors: [OpenTelemetryJobInterceptor, InnerInterceptor] });
    await scheduler.schedule(new NoteJob(), '1h');
    expect((await spanNamed('schedule default')).attributes['inner']).toBe(true);
  });

  it('is one for each entry of scheduleMany, each with an attempt linked to it', async () => {
    const { scheduler } = await start();
    const ids = await tracer.startActiveSpan('caller', async (span) => {
      const made = await scheduler.scheduleMany([
        { job: new NoteJob(), queue: 'a' },
        { job: new NoteJob(), queue: 'b' },
      ]);
      span.end();
      return made;
    });
    await scheduler.runDue();

    const caller = await spanNamed('caller');
    for (const [index, queue] of ['a', 'b'].entries()) {
      const scheduled = await spanNamed(`schedule ${queue}`);
      const attempt = await spanNamed(`process ${queue}`);
      expect(parentOf(scheduled)).toBe(idOf(caller));
      expect(linksOf(attempt)).toEqual([idOf(scheduled)]);
      expect([scheduled, attempt].map(({ attributes }) => attributes['messaging.message.id'])).toEqual(
        Array(2).fill(ids[index]),
      );
    }
  });

  it('is the parent of its own entry alone, where scheduleMany runs them at once', async () => {
    const { scheduler } = await startApp({
      scheduler: instantScheduler(),
      jobs: [NoteJob],
      interceptors: [OpenTelemetryJobInterceptor],
    });
    await scheduler.scheduleMany(['a', 'b'].map((queue) => ({ job: new NoteJob(), queue })));
    for (const queue of ['a', 'b']) {
      expect(parentOf(await spanNamed(`process ${queue}`))).toBe(idOf(await spanNamed(`schedule ${queue}`)));
    }
  });
});

describe('The context that an entry carries', () => {
  it('is that of the span, with the baggage of the caller, beside the metadata of the call', async () => {
    const { scheduler } = await start();
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    const id = await context.with(propagation.setBaggage(context.active(), baggage), () =>
      scheduler.schedule(new NoteJob(), '1h', { metadata: { own: '1' } }),
    );
    const span = await spanNamed('schedule default');
    expect((await scheduler.get(id))!.metadata).toEqual({
      own: '1',
      traceparent: `00-${traceOf(span)}-${idOf(span)}-01`,
      baggage: 'tenant=acme',
    });
  });

  it('is the one that the caller put into the metadata himself: both spans link to it', async () => {
    const { scheduler } = await start();
    const metadata = { traceparent: given, baggage: 'tenant=acme' };
    const another = propagation.extract(context.active(), {
      traceparent: '00-1af7651916cd43dd8448eb211c80319c-27ad6b7169203331-01',
      tracestate: 'vendor=1',
      baggage: 'tenant=another',
    });
    const id = await context.with(another, () => scheduler.scheduleNow(new NoteJob(), { metadata }));
    expect((await scheduler.get(id))!.metadata).toEqual(metadata);
    await scheduler.runDue();
    for (const name of ['schedule default', 'process default']) {
      expect(linksOf(await spanNamed(name))).toEqual(['b7ad6b7169203331']);
    }
  });

  it('that cannot be read is as good as none, whatever span is active where the worker is', async () => {
    const { scheduler } = await tracer.startActiveSpan('starts the app', () => start());
    await scheduler.scheduleNow(new NoteJob(), { metadata: { traceparent: 'nonsense' } });
    await scheduler.runDue();
    expect(linksOf(await spanNamed('process default'))).toEqual([]);
  });

  it('never makes the metadata too long', async () => {
    const { scheduler } = await start();
    const own = 'x'.repeat(65_536 - 100);
    const baggage = propagation.createBaggage({ tenant: { value: 'x'.repeat(100) } });
    const id = await context.with(propagation.setBaggage(context.active(), baggage), () =>
      scheduler.schedule(new NoteJob(), '1h', { metadata: { own } }),
    );
    expect(Object.keys((await scheduler.get(id))!.metadata)).toEqual(['own', 'traceparent']);
  });

  it('goes on from attempt to attempt: what a handler schedules belongs to its attempt', async () => {
    class FirstJob implements Job {
      async execute(job: JobContext) {
        await scheduler.scheduleNow(new NoteJob(), { queue: `after-${job.queue}` });
      }
    }
    const { scheduler } = await start({ jobs: [NoteJob, FirstJob] });
    await scheduler.scheduleNow(new FirstJob());
    await scheduler.runDue();
    const first = await spanNamed('process default');
    const next = await spanNamed('schedule after-default');
    expect(parentOf(next)).toBe(idOf(first));
    expect(linksOf(await spanNamed('process after-default'))).toEqual([idOf(next)]);
  });
});

describe('A recurring job', () => {
  @RecurringJob('nightly', { cron: '0 3 * * *' })
  @JobVersion('Nightly', 1)
  class NightlyJob extends NoteJob {}

  it('links each attempt, a trace of its own, to the span that scheduled or declared it', async () => {
    const { scheduler } = await start({ jobs: [NightlyJob] });
    const declared = await spanNamed('schedule default');
    expect(declared.attributes).toMatchObject({
      'eventflow.job.name': 'Nightly',
      'eventflow.job.recurring': 'nightly',
    });
    await scheduler.advanceBy('2 days');
    const attempts = spansNamed('process default');
    expect(attempts.map(linksOf)).toEqual([[idOf(declared)], [idOf(declared)]]);
    expect(new Set([declared, ...attempts].map(traceOf)).size).toBe(3);
  });

  it('has no endless trace where attempts are children', async () => {
    const { scheduler } = await start({
      interceptors: [OpenTelemetryJobInterceptor.configure({ attempts: 'child' })],
    });
    await scheduler.scheduleRecurring('hourly', new NoteJob(), { every: '1h' });
    await scheduler.advanceBy('2h');
    expect(spansNamed('process default').map(parentOf)).toEqual([undefined, undefined]);
    expect(new Set(endedSpans().map(traceOf)).size).toBe(3);
  });
});
