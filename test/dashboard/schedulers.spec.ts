import { CommandScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { startDashboard } from './support/dashboard.js';
import { listen } from './support/events.js';
import { FailJob, GreetJob, JOBS, PayCommand, PayHandler } from './support/jobs.js';
import { SCHEDULERS } from './support/schedulers.js';

describe.each(SCHEDULERS)('the dashboard over the %s', (name, create) => {
  it('shows and steers all that there is', { timeout: 60_000 }, async () => {
    const { get, post, scheduler, nest, url } = await startDashboard({
      jobs: { jobs: JOBS, scheduler: await create() },
      dashboard: { payloads: true },
      metadata: { providers: [PayHandler] },
    });
    const act = async (action: string, id: string, more = {}) =>
      (await post('/api/entries/actions', { action, ids: [id], ...more })).body.results[0];
    const stateOf = async (id: string) => (await get(`/api/entries/${id}`)).body.entry.state;
    const idsOf = async (path: string) => (await get(path)).body.entries.map((one: any) => one.id);
    const page = await listen(`${url}/api/events`);
    await until(() => page.of('overview').length > 0, 'the first overview');
    expect(page.of('overview')[0].scheduler).toBe(name);

    // One that waits is moved, run, and found by all that it has.
    const greet = await scheduler.schedule(new GreetJob('Ada'), '1h', { key: 'a key/π', queue: 'mail' });
    const pay = await nest.get(CommandScheduler).schedule(new PayCommand('7'), '1h');
    expect(await idsOf('/api/entries')).toEqual([pay, greet]);
    expect(await idsOf('/api/entries?command=PayCommand')).toEqual([pay]);
    expect(await idsOf(`/api/search?q=${encodeURIComponent('a key/π')}`)).toEqual([greet]);
    expect(await idsOf(`/api/search?q=${pay}`)).toEqual([pay]);
    expect(await idsOf('/api/search?q=Greet')).toEqual([greet]);
    expect((await get(`/api/entries/${greet}`)).body).toMatchObject({
      entry: { data: { who: 'Ada' }, queue: 'mail', failures: [] },
      explanation: { reason: 'not-due' },
    });
    expect((await get('/api/queues')).body.queues).toEqual(
      expect.arrayContaining([{ name: 'mail', scheduled: 1, paused: false }]),
    );
    const runAt = '2101-01-01T00:00:00.000Z';
    expect(await act('reschedule', greet, { runAt })).toEqual({ id: greet, done: true });
    expect((await get(`/api/entries/${greet}`)).body.entry.runAt).toBe(runAt);

    // A paused queue holds it back, and says so.
    await post('/api/queues/actions', { action: 'pause', queue: 'mail' });
    expect(await act('run-now', greet)).toEqual({ id: greet, done: true });
    expect((await get(`/api/entries/${greet}`)).body.explanation.reason).toBe('paused');
    await post('/api/queues/actions', { action: 'resume', queue: 'mail' });
    await until(async () => (await stateOf(greet)) === 'succeeded', 'its run');
    expect(await act('retry', greet)).toMatchObject({ done: false, error: { name: 'ConflictError' } });

    // One that failed tells why, and runs again.
    const fail = await scheduler.scheduleNow(new FailJob());
    await until(async () => (await stateOf(fail)) === 'failed', 'the failure');
    expect((await get(`/api/entries/${fail}`)).body.entry.failures).toMatchObject([
      { attempt: 1, message: 'The printer is on fire' },
    ]);
    expect(await idsOf('/api/entries?state=failed,parked')).toEqual([fail]);
    expect(await act('retry', fail)).toEqual({ id: fail, done: true });
    await until(
      () => page.of('entry').filter(({ type }) => type === 'failed').length === 2,
      'the second failure',
    );

    expect(await act('cancel', pay)).toEqual({ id: pay, done: true });
    for (const id of ['nobody', '0', ':', 'a'.repeat(200), "'; --", '../x', '*']) {
      expect(await act('cancel', id)).toMatchObject({ id, done: false, error: { name: 'NotFoundError' } });
      expect((await get(`/api/entries/${encodeURIComponent(id)}`)).status).toBe(404);
    }

    await scheduler.scheduleRecurring('hourly', new GreetJob(), { every: '1h' });
    const recurring = (action: string) => post('/api/recurring/actions', { action, id: 'hourly' });
    const triggered = (await recurring('trigger')).body.entryId;
    await until(async () => (await stateOf(triggered)) === 'succeeded', 'the triggered run');
    await recurring('pause');
    expect((await get('/api/recurring')).body.recurring).toMatchObject([{ id: 'hourly', paused: true }]);
    await recurring('resume');
    await recurring('remove');
    expect((await get('/api/recurring')).body.recurring).toEqual([]);

    expect((await get('/api/workers')).body.workers).toMatchObject([{ isHere: true, pid: process.pid }]);
    const counts = { scheduled: 0, running: 0, succeeded: 2, failed: 1, cancelled: 1, parked: 0 };
    expect((await get('/api/overview')).body).toMatchObject({ counts, oldestDue: null });
    await until(() => page.of('overview').at(-1).counts.cancelled === 1, 'the counts on the page');
  });
});
