import {
  DuplicateJobKeyError,
  JobScheduler,
  SchedulerUnavailableError,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it, vi } from 'vitest';
import { recordLog } from '../support/log.js';
import { until } from '../support/until.js';
import { PLATFORMS, startDashboard } from './support/dashboard.js';
import { GreetJob, JOBS, PayHandler } from './support/jobs.js';

describe.each(PLATFORMS)('steering by the dashboard, on %s', (platform) => {
  const start = (jobs = {}) =>
    startDashboard({ platform, jobs: { jobs: JOBS, ...jobs }, metadata: { providers: [PayHandler] } });

  it('triggers, pauses, resumes and removes recurring jobs', async () => {
    const { get, post, scheduler } = await start();
    await scheduler.scheduleRecurring('nightly', new GreetJob(), {
      cron: '0 3 * * *',
      timeZone: 'Europe/Rome',
    });
    const act = (action: string, id = 'nightly') => post('/api/recurring/actions', { action, id });
    const only = async () => (await get('/api/recurring')).body.recurring[0];

    expect((await get('/api/recurring')).body.recurring).toEqual([
      {
        id: 'nightly',
        name: 'Greet',
        version: 1,
        schedule: { cron: '0 3 * * *', timeZone: 'Europe/Rome' },
        nextRunAt: expect.stringMatching(/Z$/),
        paused: false,
      },
    ]);
    const triggered = await act('trigger');
    expect(triggered.body).toEqual({ done: true, entryId: expect.any(String) });
    await until(async () => (await scheduler.get(triggered.body.entryId))?.state === 'succeeded', 'its run');

    expect((await act('pause')).body).toEqual({ done: true });
    expect((await only()).paused).toBe(true);
    expect((await act('resume')).body).toEqual({ done: true });
    expect((await only()).paused).toBe(false);
    for (const action of ['trigger', 'pause', 'resume', 'remove']) {
      const { status, body } = await act(action, 'other');
      expect([action, status, body.error.name]).toEqual([action, 404, 'NotFoundError']);
    }
    expect((await act('explode')).status).toBe(400);
    expect((await post('/api/recurring/actions', { action: 'pause' })).status).toBe(400);
    expect((await act('remove')).body).toEqual({ done: true });
    expect((await get('/api/recurring')).body).toEqual({ recurring: [] });
  });

  it('pauses and resumes queues', async () => {
    const { get, post, scheduler } = await start();
    await scheduler.schedule(new GreetJob(), '1h', { queue: 'mail' });
    const act = (action: string, queue?: unknown) => post('/api/queues/actions', { action, queue });

    expect((await get('/api/queues')).body.queues).toEqual([{ name: 'mail', scheduled: 1, paused: false }]);
    expect((await act('pause', 'mail')).body).toEqual({ done: true });
    expect((await get('/api/queues')).body.queues).toEqual([{ name: 'mail', scheduled: 1, paused: true }]);
    await act('resume');
    expect((await get('/api/queues')).body.queues[0].paused).toBe(false);
    await act('pause');
    const alone = await act('resume', 'mail');
    expect([alone.status, alone.body.error.message]).toEqual([
      409,
      "Every queue is paused, 'mail' too: resume all.",
    ]);
    for (const [action, queue] of [
      ['explode', 'mail'],
      ['pause', ''],
      ['pause', 7],
    ] as const) {
      expect((await act(action, queue)).status).toBe(400);
    }
  });

  it('shows workers, and what this process knows', async () => {
    const { get } = await start({ worker: { concurrency: 3, queues: { mail: { concurrency: 2 } } } });
    expect((await get('/api/workers')).body.workers).toEqual([
      {
        id: expect.any(String),
        host: expect.any(String),
        pid: process.pid,
        isHere: true,
        startedAt: expect.stringMatching(/Z$/),
        seenAt: expect.stringMatching(/Z$/),
        running: 0,
        concurrency: 3,
        queues: { mail: 2 },
      },
    ]);
    expect((await get('/api/definitions')).body).toEqual({
      jobs: [
        { name: 'Fail', versions: [2] },
        { name: 'Greet', versions: [1] },
        { name: 'PublishCommand', versions: [1] },
      ],
      commands: [{ name: 'PayCommand', versions: [1] }],
    });
  });

  it('says what the scheduler cannot do: 501', async () => {
    const { get, post } = await start({ scheduler: instantScheduler() });
    const reads = [
      '/api/entries',
      '/api/entries/x',
      '/api/search?q=x',
      '/api/recurring',
      '/api/queues',
      '/api/workers',
    ];
    const answers = [
      ...(await Promise.all(reads.map((path) => get(path)))),
      await post('/api/entries/actions', { action: 'cancel', ids: ['x', 'y'] }),
      await post('/api/recurring/actions', { action: 'trigger', id: 'x' }),
      await post('/api/queues/actions', { action: 'pause' }),
    ];
    for (const { status, body } of answers) {
      expect([status, body.error.name]).toEqual([501, 'UnsupportedOperationError']);
      expect(body.error.message).toContain('InstantScheduler does not offer');
    }
    expect((await get('/api/definitions')).status).toBe(200);
  });

  it('says that the store cannot be reached: 503; what nobody foresaw is for the log: 500', async () => {
    const log = recordLog();
    const { get, post, nest } = await start();
    const scheduler = nest.get(JobScheduler);
    const away = new SchedulerUnavailableError('The store did not answer within 5 s.');
    vi.spyOn(scheduler, 'counts').mockRejectedValue(away);
    vi.spyOn(scheduler, 'cancel').mockRejectedValue(away);
    vi.spyOn(scheduler, 'list').mockRejectedValue(new Error('password=hush'));
    const overview = await get('/api/overview');
    expect([overview.status, overview.body.error]).toEqual([
      503,
      { name: 'SchedulerUnavailableError', message: away.message },
    ]);
    expect((await post('/api/entries/actions', { action: 'cancel', ids: ['x', 'y'] })).status).toBe(503);
    const list = await get('/api/entries');
    expect([list.status, list.body.error.name]).toEqual([500, 'InternalError']);
    expect(JSON.stringify(list.body)).not.toContain('hush');
    expect(log.some((line) => line.includes('password=hush'))).toBe(true);
  });

  it('says that another entry holds the key: 409', async () => {
    const { post, scheduler } = await start();
    vi.spyOn(scheduler, 'triggerRecurring').mockRejectedValue(DuplicateJobKeyError.of('a', 'b'));
    const { status, body } = await post('/api/recurring/actions', { action: 'trigger', id: 'x' });
    expect([status, body.error.name]).toEqual([409, 'DuplicateJobKeyError']);
  });

  it('tells of each entry what became of it, where some could not be reached', async () => {
    const { post, scheduler } = await start();
    const ids = [
      await scheduler.schedule(new GreetJob(), '1h'),
      await scheduler.schedule(new GreetJob(), '1h'),
    ];
    const cancel = scheduler.cancel.bind(scheduler);
    vi.spyOn(scheduler, 'cancel').mockImplementation(async (ref: any) => {
      if (ref.id === ids[1]) throw new SchedulerUnavailableError('It did not answer.');
      return cancel(ref);
    });
    const { status, body } = await post('/api/entries/actions', { action: 'cancel', ids });
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { id: ids[0], done: true },
      {
        id: ids[1],
        done: false,
        error: { name: 'SchedulerUnavailableError', message: 'It did not answer.' },
      },
    ]);
  });

  it('takes a thousand at once', async () => {
    const { post, scheduler } = await start();
    const ids = await scheduler.scheduleMany(
      Array.from({ length: 1_000 }, () => ({ job: new GreetJob(), when: '1h' as const })),
    );
    const { body } = await post('/api/entries/actions', { action: 'cancel', ids });
    expect(body.results.filter(({ done }: any) => done)).toHaveLength(1_000);
  });
});
