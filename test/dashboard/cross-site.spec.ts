import { describe, expect, it } from 'vitest';
import { PLATFORMS, startDashboard } from './support/dashboard.js';
import { GreetJob, JOBS } from './support/jobs.js';

describe.each(PLATFORMS)('requests that change something, on %s', (platform) => {
  const start = (dashboard = {}) => startDashboard({ platform, dashboard, jobs: { jobs: JOBS } });
  const WRITES = [
    ['/api/entries/actions', { action: 'cancel', ids: ['x'] }],
    ['/api/recurring/actions', { action: 'remove', id: 'x' }],
    ['/api/queues/actions', { action: 'pause' }],
  ] as const;

  it.each<[string, Record<string, string>]>([
    ['without our header', { 'x-eventflow-jobs': '' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from a sibling of the same site', { 'sec-fetch-site': 'same-site' }],
    ['typed into the address bar', { 'sec-fetch-site': 'none' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from an origin that is hidden', { origin: 'null' }],
    ['from an origin that begins alike', { origin: 'http://127.0.0.1.evil.example' }],
    ['from another port', { origin: 'http://127.0.0.1:1' }],
    [
      'from another origin, behind a proxy',
      { origin: 'https://evil.example', 'x-forwarded-host': 'shop.example' },
    ],
  ])('are refused %s', async (_, headers) => {
    const { post, scheduler } = await start();
    const id = await scheduler.schedule(new GreetJob(), '1h', { key: 'x' });
    for (const [path, body] of WRITES) {
      const answer = await post(path, body, headers);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body.error.name).toBe('ForbiddenError');
    }
    expect((await scheduler.get(id))?.state).toBe('scheduled');
    expect((await scheduler.queues()).every(({ paused }) => !paused)).toBe(true);
  });

  it.each<[string, (host: string) => Record<string, string>]>([
    ['of the page', (host) => ({ 'sec-fetch-site': 'same-origin', origin: `http://${host}` })],
    ['of a browser that says less', (host) => ({ origin: `http://${host}` })],
    ['of a program', () => ({})],
    [
      'of the page behind a proxy',
      () => ({
        'sec-fetch-site': 'same-origin',
        origin: 'https://shop.example',
        'x-forwarded-host': 'shop.example:443, inner.example',
      }),
    ],
  ])('are taken %s', async (_, headersOf) => {
    const { post, url, scheduler } = await start();
    const { status } = await post(
      '/api/queues/actions',
      { action: 'pause', queue: 'mail' },
      headersOf(new URL(url).host),
    );
    expect(status).toBe(200);
    expect(await scheduler.queues()).toEqual([{ name: 'mail', scheduled: 0, paused: true }]);
  });

  it('have to be JSON', async () => {
    const { post } = await start();
    for (const [path, body] of WRITES) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
        expect((await post(path, JSON.stringify(body), { 'content-type': type })).status).toBe(415);
      }
    }
    expect(
      (
        await post(
          '/api/queues/actions',
          { action: 'pause' },
          { 'content-type': 'application/json; charset=utf-8' },
        )
      ).status,
    ).toBe(200);
  });

  it('are refused where the dashboard only reads', async () => {
    const { get, post, scheduler } = await start({ readOnly: true });
    const id = await scheduler.schedule(new GreetJob(), '1h');
    const answer = await post('/api/entries/actions', { action: 'cancel', ids: [id] });
    expect([answer.status, answer.body.error.message]).toEqual([403, expect.stringContaining('readOnly')]);
    for (const [path, body] of WRITES) expect((await post(path, body)).status).toBe(403);
    expect((await scheduler.get(id))?.state).toBe('scheduled');
    expect((await get('/api/overview')).body.readOnly).toBe(true);
  });
});
