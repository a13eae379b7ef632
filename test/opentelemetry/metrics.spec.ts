import { metrics } from '@opentelemetry/api';
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics';
import {
  DiscardJobError,
  type EventFlowJobsModuleOptions,
  type Job,
  type JobContext,
  JobEvents,
  JobVersion,
  SnoozeJobError,
  inProcessScheduler,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { OpenTelemetryJobInterceptor } from 'nestjs-eventflow-jobs/opentelemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorOf, startApp } from '../support/app.js';
import { recordLog } from '../support/log.js';
import { until } from '../support/until.js';
import { startVirtual } from '../support/virtual.js';
import { Metrics, registerMetrics } from './support/telemetry.js';

class CardExpiredError extends Error {}

@JobVersion('Pay', 1)
class PayJob implements Job {
  static does: (context: JobContext) => unknown = () => {};
  async execute(context: JobContext) {
    await PayJob.does(context);
  }
}

class GreetCommand {}

let telemetry: Metrics;
beforeEach(() => {
  PayJob.does = () => {};
  telemetry = registerMetrics();
});
afterEach(() => vi.restoreAllMocks());

const options = {
  jobs: [PayJob],
  commands: [GreetCommand],
  interceptors: [OpenTelemetryJobInterceptor],
};
const start = (more: EventFlowJobsModuleOptions = {}) => startVirtual({ ...options, ...more });

const SCHEDULED = 'messaging.client.sent.messages';
const SCHEDULING = 'messaging.client.operation.duration';
const BEGUN = 'messaging.client.consumed.messages';
const DURATION = 'messaging.process.duration';
const OUTCOMES = 'eventflow.job.outcomes';
const LATENCY = 'eventflow.job.latency';
const ENTRIES = 'eventflow.job.entries';

const outcomesOf = async () => {
  const points = await telemetry.points(OUTCOMES);
  return Object.fromEntries(
    points.map(({ attributes, value }) => [attributes['eventflow.job.outcome'], value]),
  );
};
const fail = (error: Error) => () => {
  throw error;
};

describe('Counters', () => {
  it('count what is scheduled, by job, command and queue; what is kept out, not', async () => {
    const { scheduler, commands } = await start();
    await scheduler.schedule(new PayJob(), '1h', { key: 'a', queue: 'money' });
    await scheduler.schedule(new PayJob(), '1h', { key: 'a', queue: 'money' });
    await scheduler.scheduleMany([{ job: new PayJob() }, { job: new PayJob() }]);
    await commands.schedule(new GreetCommand(), '1h');

    const common = {
      'messaging.system.name': 'eventflow_jobs',
      'messaging.system': 'eventflow_jobs',
      'messaging.operation.name': 'schedule',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'default',
      'eventflow.job.name': 'Pay',
    };
    const command = { 'eventflow.job.name': 'PublishCommand', 'eventflow.command.name': 'GreetCommand' };
    const points = await telemetry.points(SCHEDULED);
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ ...common, 'messaging.destination.name': 'money' }, 1],
      [common, 2],
      [{ ...common, ...command }, 1],
    ]);
  });

  it('count calls that failed by the class of their error', async () => {
    const { scheduler } = await start();
    await scheduler.schedule(new PayJob(), '1h', { key: 'a' });
    await errorOf(() => scheduler.schedule(new PayJob(), '1h', { key: 'a', onConflict: 'reject' }));
    expect(await telemetry.sum(SCHEDULED, { 'error.type': 'DuplicateJobKeyError' })).toBe(1);
    expect(await telemetry.sum(SCHEDULED)).toBe(2);
  });

  it('count the entries of recurring jobs', async () => {
    const { scheduler } = await start();
    await scheduler.scheduleRecurring('hourly', new PayJob(), { every: '1h' });
    await scheduler.advanceBy('3h');
    expect(await telemetry.sum(SCHEDULED)).toBe(3);
    expect(await telemetry.sum(BEGUN)).toBe(3);
  });

  it('count attempts, and what they come to', async () => {
    const { scheduler } = await start();
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    PayJob.does = fail(new CardExpiredError());
    await scheduler.scheduleNow(new PayJob(), { attempts: 2 });
    await scheduler.advanceBy('1h');
    PayJob.does = fail(new DiscardJobError('no'));
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    PayJob.does = fail(new SnoozeJobError('10h'));
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    await scheduler.cancel(await scheduler.schedule(new PayJob(), '1h'));

    expect(await telemetry.sum(BEGUN)).toBe(5);
    expect(await telemetry.sum(OUTCOMES, { 'eventflow.job.outcome': 'succeeded' })).toBe(1);
    expect(await telemetry.sum(OUTCOMES, { 'eventflow.job.outcome': 'retrying' })).toBe(1);
    expect(await telemetry.sum(OUTCOMES, { 'eventflow.job.outcome': 'failed' })).toBe(2);
    expect(await telemetry.sum(OUTCOMES, { 'eventflow.job.outcome': 'snoozed' })).toBe(1);
    expect(await telemetry.sum(OUTCOMES, { 'eventflow.job.outcome': 'cancelled' })).toBe(1);
    const failed = { 'eventflow.job.outcome': 'failed', 'error.type': 'CardExpiredError' };
    expect(await telemetry.sum(OUTCOMES, failed)).toBe(1);
    expect(await telemetry.sum(SCHEDULED)).toBe(5);
  });

  it('count what is parked without an attempt', async () => {
    const { commands, scheduler } = await start();
    await commands.scheduleNow(new GreetCommand());
    await scheduler.runDue();
    expect(await outcomesOf()).toEqual({ parked: 1 });
  });

  it('count on the instant scheduler too', async () => {
    const { scheduler } = await startApp({ ...options, scheduler: instantScheduler() });
    await scheduler.scheduleNow(new PayJob());
    PayJob.does = fail(new SnoozeJobError('1h'));
    await scheduler.scheduleNow(new PayJob());
    expect(await outcomesOf()).toEqual({ succeeded: 1, failed: 1 });
    expect(await telemetry.points(ENTRIES)).toEqual([]);
  });
});

describe('Histograms', () => {
  it("tell how long after its time an attempt begins, by the scheduler's clock", async () => {
    const { scheduler } = await start();
    await scheduler.pause();
    await scheduler.schedule(new PayJob(), '1h');
    await scheduler.advanceBy('3h');
    await scheduler.resume();
    await scheduler.runDue();
    expect(await telemetry.measured(LATENCY, { 'eventflow.job.name': 'Pay' })).toEqual({
      count: 1,
      sum: 7_200,
    });
    expect((await telemetry.describe(LATENCY))!.unit).toBe('s');
  });

  it('tell how long an attempt takes, and what failed', async () => {
    const { scheduler } = await startApp({ ...options, scheduler: inProcessScheduler() });
    PayJob.does = () => new Promise((resolve) => setTimeout(resolve, 40));
    await scheduler.scheduleNow(new PayJob());
    await until(async () => (await telemetry.measured(DURATION)).count === 1, 'the attempt');
    const { sum } = await telemetry.measured(DURATION);
    expect(sum).toBeGreaterThan(0.035);
    expect(sum).toBeLessThan(5);

    PayJob.does = fail(new CardExpiredError());
    await scheduler.scheduleNow(new PayJob(), { attempts: 1 });
    const failed = { 'error.type': 'CardExpiredError' };
    await until(async () => (await telemetry.measured(DURATION, failed)).count === 1, 'the failure');
    const [point] = (await telemetry.points(DURATION, failed)) as DataPoint<Histogram>[];
    expect(point!.value.buckets.boundaries).toEqual([
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]);
    expect((await telemetry.describe(DURATION))!.unit).toBe('s');
  });

  it('tell once of an attempt that timed out, whatever its code does afterwards', async () => {
    const { scheduler } = await start();
    let finish = () => {};
    PayJob.does = () => new Promise<void>((resolve) => (finish = resolve));
    await scheduler.scheduleNow(new PayJob(), { timeout: '1m', attempts: 1 });
    await scheduler.advanceBy('1m');
    finish();
    PayJob.does = () => {};
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    expect((await telemetry.measured(DURATION)).count).toBe(2);
    expect((await telemetry.measured(DURATION, { 'error.type': 'JobTimeoutError' })).count).toBe(1);
  });

  it('tell how long a call takes that schedules', async () => {
    const { scheduler } = await start();
    await scheduler.schedule(new PayJob(), '1h', { queue: 'money' });
    expect((await telemetry.measured(SCHEDULING, { 'messaging.destination.name': 'money' })).count).toBe(1);
  });
});

describe('The gauge of entries', () => {
  const entries = async () => {
    const points = await telemetry.points(ENTRIES);
    return Object.fromEntries(
      points.map(({ attributes, value }) => [attributes['eventflow.job.state'], value]),
    );
  };
  const counting = (countEvery: false | number) => ({
    interceptors: [OpenTelemetryJobInterceptor.configure({ countEvery })],
  });

  it('tells how many wait, run, are parked and have failed', async () => {
    const { scheduler, commands } = await start(counting(0));
    await scheduler.schedule(new PayJob(), '1h');
    await scheduler.schedule(new PayJob(), '2h');
    await commands.scheduleNow(new GreetCommand());
    await scheduler.runDue();
    expect(await entries()).toEqual({ scheduled: 2, running: 0, parked: 1, failed: 0 });
    PayJob.does = fail(new DiscardJobError('no'));
    await scheduler.advanceBy('1h');
    expect(await entries()).toEqual({ scheduled: 1, running: 0, parked: 1, failed: 1 });
  });

  it('asks the store no more often than it is told to, and not at all where it is told so', async () => {
    const { scheduler } = await start(counting(3_600_000));
    const counts = vi.spyOn(scheduler, 'counts');
    await entries();
    await scheduler.schedule(new PayJob(), '1h');
    expect(await entries()).toMatchObject({ scheduled: 0 });
    expect(counts).toHaveBeenCalledTimes(1);

    telemetry = registerMetrics();
    await start(counting(false));
    expect(await entries()).toEqual({});
  });

  it('has gaps while the store is away, which the log tells once', async () => {
    const { scheduler } = await start(counting(0));
    const log = recordLog();
    const counts = vi.spyOn(scheduler, 'counts').mockRejectedValue(new Error('no connection'));
    expect(await entries()).toEqual({});
    expect(await entries()).toEqual({});
    expect(log).toEqual(['warn: The metric eventflow.job.entries has gaps: no connection']);

    counts.mockRestore();
    expect(await entries()).toMatchObject({ scheduled: 0 });
    vi.spyOn(scheduler, 'counts').mockRejectedValue(new Error('again'));
    await entries();
    expect(log).toHaveLength(2);
  });

  it('ends with the app', async () => {
    const { nest, scheduler } = await start(counting(0));
    expect(await entries()).toMatchObject({ scheduled: 0 });
    const counts = vi.spyOn(scheduler, 'counts');
    await nest.close();
    await telemetry.all();
    expect(counts).not.toHaveBeenCalled();
  });
});

it('Without an SDK nothing is counted, and nobody listens to events', async () => {
  metrics.disable();
  const { nest, scheduler } = await start();
  await scheduler.scheduleNow(new PayJob());
  await scheduler.runDue();
  expect(nest.get(JobEvents).observed).toBe(false);
});
