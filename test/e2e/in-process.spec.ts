import { Logger } from '@nestjs/common';
import { type Job, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startApp } from '../support/app.js';

class PingJob implements Job {
  execute() {}
}

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  for (const level of ['log', 'warn'] as const) {
    vi.spyOn(Logger.prototype, level).mockImplementation(
      (text: unknown) => void lines.push(`${level}: ${String(text)}`),
    );
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('the in-process scheduler says at start that nothing outlives the process, and at the end what is lost', async () => {
  const { nest, scheduler } = await startApp({ scheduler: inProcessScheduler(), jobs: [PingJob] });
  expect(lines).toContain('log: Entries are kept in the memory of this process: they are gone when it ends.');
  await scheduler.schedule(new PingJob(), '1h');
  await scheduler.schedule(new PingJob(), '2h');
  await scheduler.scheduleRecurring('nightly', new PingJob(), { cron: '0 3 * * *' });
  await nest.close();
  expect(lines).toContain('warn: Lost with this process: entries that had not ended: 2; recurring jobs: 1.');
});

it('and where nothing is lost it says nothing', async () => {
  const { nest } = await startApp({ scheduler: inProcessScheduler(), jobs: [PingJob] });
  await nest.close();
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([]);
});
