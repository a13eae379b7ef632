import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { CommandHandler } from '@nestjs/cqrs';
import {
  CommandVersion,
  DiscardJobError,
  type EventFlowJobsModuleOptions,
  type Job,
  type JobContext,
  type JobId,
  JobVersion,
  SnoozeJobError,
  inProcessScheduler,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { OpenTelemetryJobInterceptor } from 'nestjs-eventflow-jobs/opentelemetry';
import { beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { until } from '../support/until.js';
import { startVirtual } from '../support/virtual.js';
import {
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

class CardExpiredError extends Error {}

@JobVersion('Pay', 2)
class PayJob implements Job {
  static does: (job: JobContext) => unknown = () => {};
  async execute(job: JobContext) {
    await PayJob.does(job);
  }
}

@CommandVersion('Ship', 4)
class ShipCommand {}

@CommandHandler(ShipCommand)
class ShipHandler {
  async execute() {}
}

const options = { jobs: [PayJob], interceptors: [OpenTelemetryJobInterceptor] };
const start = (more: EventFlowJobsModuleOptions = {}) =>
  startVirtual({ ...options, ...more }, { providers: [ShipHandler] });

const attempts = () => spansNamed('process default');
const outcomes = () => attempts().map(({ attributes }) => attributes['eventflow.job.outcome']);

beforeEach(() => {
  PayJob.does = () => {};
});

describe('The span of an attempt', () => {
  it('is named and described by the messaging conventions', async () => {
    const { scheduler } = await start();
    const [scheduledAt, runAt] = [scheduler.now, new Date(scheduler.now.getTime() + 3_600_000)];
    const id = await scheduler.schedule(new PayJob(), '1h', { queue: 'money', attempts: 3, key: 'order-7' });
    await scheduler.advanceBy('1h');

    const span = await spanNamed('process money');
    expect(span.kind).toBe(SpanKind.CONSUMER);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.events).toEqual([]);
    expect(span.attributes).toEqual({
      'messaging.system.name': 'eventflow_jobs',
      'messaging.system': 'eventflow_jobs',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'money',
      'messaging.message.id': id,
      'eventflow.job.name': 'Pay',
      'eventflow.job.version': 2,
      'eventflow.job.attempt': 1,
      'eventflow.job.attempts': 3,
      'eventflow.job.scheduled_at': scheduledAt.toISOString(),
      'eventflow.job.run_at': runAt.toISOString(),
      'eventflow.job.outcome': 'succeeded',
    });
  });

  it('says which command it gives to the bus; by option its key, and its name', async () => {
    const { scheduler, commands } = await start({
      interceptors: [OpenTelemetryJobInterceptor.configure({ keys: true, spanNames: 'job' })],
    });
    await commands.schedule(new ShipCommand(), '1h', { key: 'order-7' });
    await scheduler.advanceBy('1h');
    expect((await spanNamed('process Ship')).attributes).toMatchObject({
      'messaging.destination.name': 'default',
      'eventflow.job.name': 'PublishCommand',
      'eventflow.command.name': 'Ship',
      'eventflow.command.version': 4,
      'eventflow.job.key': 'order-7',
    });
  });

  it('is a child of the span that scheduled the entry, by option', async () => {
    const { scheduler } = await start({
      interceptors: [OpenTelemetryJobInterceptor.configure({ attempts: 'child' })],
    });
    await scheduler.schedule(new PayJob(), '7 days');
    await scheduler.advanceBy('7 days');
    const scheduled = await spanNamed('schedule default');
    const attempt = await spanNamed('process default');
    expect(parentOf(attempt)).toBe(idOf(scheduled));
    expect(linksOf(attempt)).toEqual([idOf(scheduled)]);
  });

  it('belongs to no span of whoever starts the app, nor does its baggage', async () => {
    const tracer = trace.getTracer('the app');
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    let seen: string | undefined = 'nothing yet';
    PayJob.does = () => {
      seen = propagation.getActiveBaggage()?.getEntry('tenant')?.value;
    };
    const { scheduler } = await context.with(propagation.setBaggage(context.active(), baggage), () =>
      tracer.startActiveSpan('starts the app', () =>
        startApp({ ...options, scheduler: inProcessScheduler() }),
      ),
    );
    await scheduler.scheduleNow(new PayJob());
    expect(parentOf(await spanNamed('process default'))).toBeUndefined();
    expect(seen).toBeUndefined();
  });
});

describe('What an attempt comes to', () => {
  it('is retrying, then failed: each attempt has a span, linked to the one that scheduled the entry', async () => {
    const { scheduler } = await start();
    PayJob.does = () => {
      throw new CardExpiredError('expired in 05/27');
    };
    await scheduler.scheduleNow(new PayJob(), { attempts: 2, backoff: { type: 'fixed', delay: '1m' } });
    await scheduler.advanceBy('1m');

    expect(outcomes()).toEqual(['retrying', 'failed']);
    expect(attempts().map(({ attributes }) => attributes['eventflow.job.attempt'])).toEqual([1, 2]);
    const scheduled = await spanNamed('schedule default');
    expect(attempts().flatMap(linksOf)).toEqual([idOf(scheduled), idOf(scheduled)]);
    expect(new Set(attempts().map(traceOf)).size).toBe(2);
    for (const span of attempts()) {
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'expired in 05/27' });
      expect(span.attributes['error.type']).toBe('CardExpiredError');
      expect(span.events.map(({ attributes }) => attributes)).toEqual([
        {
          'exception.type': 'CardExpiredError',
          'exception.message': 'expired in 05/27',
          'exception.stacktrace': expect.stringContaining('attempts.spec.ts'),
        },
      ]);
    }
  });

  it('is failed at once for a discarded entry', async () => {
    const { scheduler } = await start();
    PayJob.does = () => {
      throw new DiscardJobError('no such order');
    };
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    expect(outcomes()).toEqual(['failed']);
    expect(attempts()[0]!.attributes['error.type']).toBe('DiscardJobError');
  });

  it('is snoozed, which is no error', async () => {
    const { scheduler } = await start();
    PayJob.does = () => {
      throw new SnoozeJobError('1h');
    };
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    expect(outcomes()).toEqual(['snoozed']);
    expect(attempts()[0]!.status.code).toBe(SpanStatusCode.UNSET);
    expect(attempts()[0]!.attributes).not.toHaveProperty(['error.type']);
  });

  it('is failed where a snoozed entry is not run again', async () => {
    const { scheduler } = await startApp({ ...options, scheduler: instantScheduler() });
    PayJob.does = () => {
      throw new SnoozeJobError('1h');
    };
    await scheduler.scheduleNow(new PayJob());
    expect(outcomes()).toEqual(['failed']);
  });

  it('is an error for whatever is thrown', async () => {
    const { scheduler } = await start();
    PayJob.does = () => {
      throw undefined;
    };
    await scheduler.scheduleNow(new PayJob(), { attempts: 1 });
    await scheduler.runDue();
    expect(outcomes()).toEqual(['failed']);
    expect(attempts()[0]!.status.message).toMatch(/^Something other than an Error was thrown/);
  });

  it('is a timeout as soon as it has passed, even where the code goes on', async () => {
    const { scheduler } = await start();
    let finish = () => {};
    PayJob.does = () => new Promise<void>((resolve) => (finish = resolve));
    await scheduler.scheduleNow(new PayJob(), { timeout: '1m', attempts: 1 });
    await scheduler.advanceBy('1m');
    const span = await spanNamed('process default');
    expect(span.attributes).toMatchObject({
      'eventflow.job.outcome': 'failed',
      'error.type': 'JobTimeoutError',
    });
    // What the code comes to after all makes no second span, and nothing of the first.
    finish();
    PayJob.does = () => {};
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    expect(outcomes()).toEqual(['failed', 'succeeded']);
  });

  it.each<[string, 'cancelled' | 'released', (app: RunningApp) => unknown]>([
    ['the entry is cancelled', 'cancelled', ({ scheduler, id }) => scheduler.cancel(id)],
    ['the worker stops', 'released', ({ nest }) => nest.close()],
  ])('is told when %s, which is no error', async (_, outcome, act) => {
    const app = await startApp({ ...options, scheduler: inProcessScheduler() });
    let runs = false;
    PayJob.does = ({ signal }) => {
      runs = true;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const id = await app.scheduler.scheduleNow(new PayJob());
    await until(() => runs, 'the attempt');
    await act({ ...app, id });
    const span = await spanNamed('process default');
    expect(span.attributes['eventflow.job.outcome']).toBe(outcome);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.events).toEqual([]);
  });
});

type RunningApp = Awaited<ReturnType<typeof startApp>> & { id: JobId };
