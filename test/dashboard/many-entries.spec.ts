import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDashboard } from './support/dashboard.js';
import { GreetJob, JOBS } from './support/jobs.js';

const MANY = 100_000;
const STEP = 5_000;
/** Milliseconds. It takes a fraction; a machine that has other things to do takes longer. */
const BOUND = 1_000;

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'jobs.db');
}

describe('the dashboard over 100,000 entries', () => {
  it('answers at once, whatever is asked for', { timeout: 300_000 }, async () => {
    const { get, post, scheduler } = await startDashboard({
      jobs: { jobs: JOBS, scheduler: sqliteScheduler({ file: freshFile() }) },
    });
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
