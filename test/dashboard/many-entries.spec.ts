import { describe, expect, it } from 'vitest';
import { startDashboard } from './support/dashboard.js';
import { FailJob, GreetJob, JOBS } from './support/jobs.js';
import { SCHEDULERS } from './support/schedulers.js';

const MANY = 100_000;
const STEP = 5_000;
/** Milliseconds. It takes a fraction; a machine that has other things to do takes longer. */
const BOUND = 1_000;

describe.each(SCHEDULERS)('the dashboard over 100,000 entries of the %s', (_name, create) => {
  it('answers at once, whatever is asked for', { timeout: 300_000 }, async () => {
    const { get, post, scheduler } = await startDashboard({
      jobs: { jobs: JOBS, scheduler: await create(), worker: { autoStart: false }, operationTimeout: '30s' },
    });
    await scheduler.schedule(new FailJob('rare'), '1h', { queue: 'rare' });
    let last = '';
    for (let first = 0; first < MANY; first += STEP) {
      const ids = await scheduler.scheduleMany(
        Array.from({ length: STEP }, (_, index) => ({
          job: new GreetJob(),
          when: '1h' as const,
          key: `key ${first + index}`,
          queue: `queue-${index % 5}`,
        })),
      );
      last = ids.at(-1)!;
      if (first < 30_000) await post('/api/entries/actions', { action: 'cancel', ids: ids.slice(0, 1_000) });
    }
    const { cursor } = (await get('/api/entries?limit=500')).body;
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const PATHS = [
      '/api/overview',
      '/api/entries',
      '/api/entries?limit=500',
      `/api/entries?limit=500&cursor=${encodeURIComponent(cursor)}`,
      '/api/entries?order=oldest-first',
      '/api/entries?state=scheduled',
      '/api/entries?state=cancelled',
      '/api/entries?state=failed,parked',
      '/api/entries?state=failed,parked&order=oldest-first',
      '/api/entries?name=Greet',
      '/api/entries?name=Nobody',
      '/api/entries?name=Fail',
      '/api/entries?queue=rare',
      '/api/entries?command=Nobody',
      '/api/entries?queue=queue-3',
      '/api/entries?queue=nowhere',
      '/api/entries?key=key%2077777',
      `/api/entries?from=${from}&state=cancelled`,
      `/api/entries?before=${from}`,
      `/api/entries/${last}`,
      `/api/search?q=${last}`,
      '/api/search?q=key%2012345',
      '/api/search?q=Greet',
      '/api/search?q=Nobody',
      '/api/search?q=Fail',
      '/api/queues',
      '/api/workers',
      '/api/recurring',
      '/api/definitions',
    ];
    const slow: string[] = [];
    for (const path of PATHS) {
      await get(path);
      const begun = performance.now();
      const { status } = await get(path);
      const took = performance.now() - begun;
      expect([path, status]).toEqual([path, 200]);
      if (took > BOUND) slow.push(`${path}: ${took.toFixed(0)} ms`);
    }
    expect(slow).toEqual([]);
  });
});
