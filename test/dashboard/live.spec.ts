import { JobEvents, instantScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it, vi } from 'vitest';
import { until } from '../support/until.js';
import { PLATFORMS, startDashboard } from './support/dashboard.js';
import { listen } from './support/events.js';
import { FailJob, GreetJob, JOBS } from './support/jobs.js';

describe.each(PLATFORMS)('what happens now, on %s', (platform) => {
  const start = (setting: Partial<Parameters<typeof startDashboard>[0]> = {}) =>
    startDashboard({ platform, jobs: { jobs: JOBS }, ...setting });

  it('is seen at a glance', async () => {
    const { get, scheduler } = await start();
    const overdue = new Date(Date.now() - 60_000);
    await scheduler.pause('mail');
    await scheduler.schedule(new GreetJob(), '1h');
    await scheduler.schedule(new GreetJob(), overdue, { queue: 'mail' });
    const failed = await scheduler.scheduleNow(new FailJob());
    await until(async () => (await scheduler.get(failed))?.state === 'failed', 'the failure');

    const { body } = await get('/api/overview');
    expect(body).toMatchObject({
      scheduler: 'InProcessScheduler',
      capabilities: expect.arrayContaining(['query', 'pause']),
      readOnly: false,
      payloads: false,
      now: expect.any(String),
      counts: { scheduled: 2, running: 0, succeeded: 0, failed: 1, cancelled: 0, parked: 0 },
      oldestDue: null,
      rates: { step: 10 },
    });
    expect(body.rates.points).toHaveLength(360);
    const sum = (what: string) => body.rates.points.reduce((all: number, point: any) => all + point[what], 0);
    expect([sum('scheduled'), sum('failed'), sum('succeeded'), sum('retrying')]).toEqual([3, 1, 0, 0]);
    const times = body.rates.points.map(({ at }: any) => Date.parse(at));
    expect(new Set(times.slice(1).map((at: number, index: number) => at - times[index]))).toEqual(
      new Set([10_000]),
    );
    expect(Date.now() - times.at(-1)).toBeLessThan(20_000);
  });

  it('is told by a scheduler that cannot be asked as well', async () => {
    const { get, scheduler, url } = await start({ jobs: { jobs: JOBS, scheduler: instantScheduler() } });
    await scheduler.scheduleNow(new GreetJob());
    const { status, body } = await get('/api/overview');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      scheduler: 'InstantScheduler',
      capabilities: [],
      counts: null,
      oldestDue: null,
    });
    expect(body.rates.points.at(-1).succeeded + body.rates.points.at(-2).succeeded).toBe(1);
    const page = await listen(`${url}/api/events`);
    await until(() => page.of('overview')[0]?.counts === null, 'the overview');
  });

  it('is told at once, and when it changes', async () => {
    const { url, scheduler } = await start();
    const page = await listen(`${url}/api/events`);
    expect(page.headers.get('content-type')).toMatch('text/event-stream');
    expect(page.headers.get('cache-control')).toContain('no-transform');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    await until(() => page.of('overview').length > 0, 'the first overview');
    expect(page.of('overview')[0]).toMatchObject({
      counts: { scheduled: 0 },
      rate: { at: expect.any(String) },
    });

    const id = await scheduler.schedule(new GreetJob(), '1h');
    await until(() => page.of('entry').length > 0, 'the entry');
    expect(page.of('entry')[0]).toEqual({ id, type: 'scheduled', name: 'Greet', state: 'scheduled' });
    await until(() => page.of('overview').some(({ counts }) => counts.scheduled === 1), 'the new counts');

    await scheduler.reschedule(id, 0);
    await until(() => page.of('entry').some(({ type }) => type === 'succeeded'), 'the end');
    expect(page.of('entry').map(({ type, state }) => [type, state])).toEqual([
      ['scheduled', 'scheduled'],
      ['started', 'running'],
      ['succeeded', 'succeeded'],
    ]);
  });

  it('is told as too much to tell, where it is', async () => {
    const { url, scheduler } = await start();
    const page = await listen(`${url}/api/events`);
    await until(() => page.of('overview').length > 0, 'the first overview');
    await scheduler.scheduleMany(
      Array.from({ length: 200 }, () => ({ job: new GreetJob(), when: '1h' as const })),
    );
    await until(() => page.of('many').length > 0, 'the word of many');
    expect(page.of('many')).toEqual([{}]);
    expect(page.of('entry').length).toBeLessThanOrEqual(50);
  });

  it('asks the store once for all who listen, and not at all where nobody does', async () => {
    const { nest, url, scheduler } = await start();
    const events = nest.get(JobEvents);
    const subject = (events as any).subject;
    const before = subject.observers.length;
    const counts = vi.spyOn(scheduler, 'counts');
    expect(counts).not.toHaveBeenCalled();

    const pages = await Promise.all(Array.from({ length: 5 }, () => listen(`${url}/api/events`)));
    await until(() => pages.every((page) => page.of('overview').length > 0), 'an overview for each');
    expect(counts.mock.calls.length).toBeLessThanOrEqual(2);
    expect(subject.observers.length).toBe(before + 1);

    for (const page of pages) page.leave();
    await until(() => subject.observers.length === before, 'the end of listening');
    const asked = counts.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // longer than from one look to the next
    expect(counts.mock.calls.length).toBe(asked);
  });

  it('ends with the app, which does not wait for those who listen', async () => {
    const { nest, url } = await start();
    const pages = [await listen(`${url}/api/events`), await listen(`${url}/api/events`)];
    await until(() => pages.every((page) => page.of('overview').length > 0), 'the overviews');
    const begun = performance.now();
    await nest.close();
    await Promise.all(pages.map((page) => page.ended));
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
