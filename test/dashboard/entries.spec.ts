import { CommandScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { PLATFORMS, type TestDashboard, startDashboard } from './support/dashboard.js';
import { FailJob, GreetJob, JOBS, PayCommand, PayHandler } from './support/jobs.js';

describe.each(PLATFORMS)('entries of the dashboard, on %s', (platform) => {
  const start = (dashboard = {}) =>
    startDashboard({ platform, dashboard, jobs: { jobs: JOBS }, metadata: { providers: [PayHandler] } });

  it('are listed newest first, without their data, page by page', async () => {
    const { get, scheduler } = await start({ payloads: true });
    const ids = [];
    for (let number = 0; number < 5; number++) ids.push(await scheduler.schedule(new GreetJob(), '1h'));

    const first = await get('/api/entries?limit=3');
    const second = await get(`/api/entries?limit=3&cursor=${encodeURIComponent(first.body.cursor)}`);
    expect(first.body.entries.map((one: any) => one.id)).toEqual(ids.toReversed().slice(0, 3));
    expect(second.body.entries.map((one: any) => one.id)).toEqual(ids.toReversed().slice(3));
    expect(second.body).not.toHaveProperty('cursor');
    expect(first.body.entries[0]).toEqual({
      id: ids.at(-1),
      name: 'Greet',
      version: 1,
      state: 'scheduled',
      runAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      scheduledAt: expect.any(String),
      attempt: 0,
      attempts: 10,
      queue: 'default',
      priority: 0,
    });
    expect(first.headers.get('cache-control')).toBe('no-store');
  });

  it('are found by state, name, command, key, queue and time', async () => {
    const { get, nest, scheduler } = await start();
    const before = new Date(Date.now() - 1_000).toISOString();
    const later = new Date(Date.now() + 60_000).toISOString();
    const greet = await scheduler.schedule(new GreetJob(), '1h', { key: 'a/b c', queue: 'mail' });
    const pay = await nest.get(CommandScheduler).schedule(new PayCommand('7'), '1h');
    const fail = await scheduler.scheduleNow(new FailJob());
    await until(async () => (await scheduler.get(fail))?.state === 'failed', 'the failure');
    const idsOf = async (query: string) =>
      (await get(`/api/entries?${query}`)).body.entries.map((one: any) => one.id);

    expect(await idsOf('state=failed,succeeded')).toEqual([fail]);
    expect(await idsOf('state=failed&state=scheduled&order=oldest-first')).toEqual([greet, pay, fail]);
    expect(await idsOf('name=Greet')).toEqual([greet]);
    expect(await idsOf('command=PayCommand')).toEqual([pay]);
    expect(await idsOf(`key=${encodeURIComponent('a/b c')}`)).toEqual([greet]);
    expect(await idsOf('queue=mail')).toEqual([greet]);
    expect(await idsOf(`from=${before}&before=${later}`)).toHaveLength(3);
    expect(await idsOf(`from=${later}`)).toEqual([]);
    expect(await idsOf(`before=${before}`)).toEqual([]);
    // An empty field of a form asks for nothing.
    expect(await idsOf('state=&name=&key=&from=&limit=&cursor=')).toHaveLength(3);
  });

  it('are searched by id, else by key, else by name', async () => {
    const { get, nest, scheduler } = await start();
    const greet = await scheduler.schedule(new GreetJob(), '1h', { key: 'Fail' });
    const other = await scheduler.schedule(new GreetJob(), '1h');
    const pay = await nest.get(CommandScheduler).schedule(new PayCommand('7'), '1h');
    const find = async (text: string) =>
      (await get(`/api/search?q=${encodeURIComponent(text)}`)).body.entries.map((one: any) => one.id);

    expect(await find(` ${other} `)).toEqual([other]);
    expect(await find('Fail')).toEqual([greet]);
    expect(await find('Greet')).toEqual([other, greet]);
    expect(await find('PayCommand')).toEqual([pay]);
    expect(await find('Nobody')).toEqual([]);
    expect((await get('/api/search?q=')).status).toBe(400);
  });

  it('tell every failed attempt and why they have not run', async () => {
    const { get, scheduler } = await start();
    const id = await scheduler.scheduleNow(new FailJob());
    await until(async () => (await scheduler.get(id))?.state === 'failed', 'the failure');

    const { body } = await get(`/api/entries/${id}`);
    expect(body.entry).toMatchObject({
      id,
      state: 'failed',
      attempt: 1,
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
      lastError: { name: 'DiscardJobError', message: 'The printer is on fire', stack: expect.any(String) },
      failures: [{ attempt: 1, at: expect.any(String), name: 'DiscardJobError', stack: expect.any(String) }],
    });
    expect(body.explanation).toMatchObject({ reason: 'failed', text: expect.any(String) });
    const [listed] = (await get('/api/entries')).body.entries;
    expect(listed.lastError).toEqual({ name: 'DiscardJobError', message: 'The printer is on fire' });
  });

  it('are not there: 404; asked for wrongly: 400, with what is wrong', async () => {
    const { get } = await start();
    const missing = await get('/api/entries/nobody');
    expect([missing.status, missing.body.error.name]).toEqual([404, 'NotFoundError']);

    for (const query of [
      'state=odd',
      'order=sideways',
      'limit=0',
      'limit=501',
      'limit=x',
      'from=monday',
      'cursor=odd',
    ]) {
      const { status, body } = await get(`/api/entries?${query}`);
      expect([query, status]).toEqual([query, 400]);
      expect(body.error).toEqual({ name: expect.any(String), message: expect.any(String) });
    }
  });

  describe('one by one and many at once', () => {
    const act = async ({ post }: TestDashboard, body: unknown) => post('/api/entries/actions', body);

    it('are cancelled', async () => {
      const dashboard = await start();
      const { scheduler } = dashboard;
      const ids = [
        await scheduler.schedule(new GreetJob(), '1h'),
        await scheduler.schedule(new GreetJob(), '1h'),
      ];
      const { status, body } = await act(dashboard, { action: 'cancel', ids: [...ids, 'nobody'] });
      expect(status).toBe(200);
      expect(body.results).toEqual([
        { id: ids[0], done: true },
        { id: ids[1], done: true },
        {
          id: 'nobody',
          done: false,
          error: { name: 'NotFoundError', message: expect.stringContaining('nobody') },
        },
      ]);
      expect((await scheduler.counts()).cancelled).toBe(2);
      const again = await act(dashboard, { action: 'cancel', ids: [ids[0]] });
      expect(again.body.results[0]).toMatchObject({
        done: false,
        error: { name: 'ConflictError', message: expect.stringContaining('The entry is cancelled') },
      });
    });

    it('are given another time, and run now', async () => {
      const dashboard = await start();
      const { scheduler } = dashboard;
      const id = await scheduler.schedule(new GreetJob(), '1h');
      const runAt = '2101-01-01T00:00:00.000Z';
      expect((await act(dashboard, { action: 'reschedule', ids: [id], runAt })).body.results).toEqual([
        { id, done: true },
      ]);
      expect((await scheduler.get(id))?.runAt).toEqual(new Date(runAt));
      expect((await act(dashboard, { action: 'run-now', ids: [id] })).body.results[0].done).toBe(true);
      await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'its run');
    });

    it('are run again after a failure', async () => {
      const dashboard = await start();
      const { scheduler } = dashboard;
      const id = await scheduler.scheduleNow(new FailJob());
      await until(async () => (await scheduler.get(id))?.state === 'failed', 'the failure');
      const finishedAt = (await scheduler.get(id))!.finishedAt!;
      expect((await act(dashboard, { action: 'retry', ids: [id] })).body.results).toEqual([
        { id, done: true },
      ]);
      await until(async () => {
        const entry = await scheduler.get(id);
        return entry?.state === 'failed' && entry.finishedAt! >= finishedAt && entry;
      }, 'the second failure');
    });

    it.each([
      ['no action', { ids: ['a'] }],
      ['another action', { action: 'explode', ids: ['a'] }],
      ['no ids', { action: 'cancel' }],
      ['none', { action: 'cancel', ids: [] }],
      ['too many', { action: 'cancel', ids: Array.from({ length: 1_001 }, (_, index) => `${index}`) }],
      ['no texts', { action: 'cancel', ids: [{ key: 'a' }] }],
      ['no time', { action: 'reschedule', ids: ['a'] }],
      ['no real time', { action: 'reschedule', ids: ['a'], runAt: 'soon' }],
      ['no object', ['cancel']],
    ])('are left alone where the request is wrong: %s', async (_, body) => {
      const dashboard = await start();
      const answer = await act(dashboard, body);
      expect(answer.status).toBe(400);
      expect(answer.body.error.name).toBe('InvalidRequestError');
    });
  });
});
