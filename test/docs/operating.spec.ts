import { readFileSync } from 'node:fs';
import { TerminusModule } from '@nestjs/terminus';
import { inProcessScheduler } from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { until } from '../support/until.js';
import { HealthController, look, steer } from './operating.snippets.js';

class PrintJob {
  execute() {
    throw new Error('no paper');
  }
}

function start() {
  return startApp(
    { jobs: [PrintJob], scheduler: inProcessScheduler() },
    { imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] },
  );
}

it('what is there can be seen and steered as docs/operating.md says', async () => {
  const { scheduler } = await start();
  await scheduler.scheduleRecurring('nightly', new PrintJob(), { cron: '0 3 * * *' }, { queue: 'mail' });
  await scheduler.schedule(new PrintJob(), '1h', { queue: 'mail' });
  const id = await scheduler.scheduleNow(new PrintJob(), { attempts: 1 });
  await until(async () => (await scheduler.get(id))?.state === 'failed');

  const seen = await look(scheduler);
  expect(seen).toMatchObject({
    counts: { scheduled: 1, failed: 1 },
    since: undefined,
    queues: [{ name: 'mail', scheduled: 1, paused: false }],
    workers: [{ isHere: true, pid: process.pid, running: 0, concurrency: 10 }],
    entries: [{ id, failures: [{ attempt: 1, message: 'no paper' }] }],
  });
  const triggered = await steer(scheduler, seen.entries[0]!);
  expect(await scheduler.get(triggered!)).toMatchObject({ state: 'scheduled', queue: 'mail' });
  expect((await scheduler.explain(triggered!)).reason).toBe('paused');
  expect((await scheduler.listRecurring())[0]).toMatchObject({ id: 'nightly', paused: true });
  await until(async () => (await scheduler.get(id))?.attempt === 1);
});

it('its health controller is asked by HTTP', async () => {
  const { nest } = await start();
  await nest.listen(0, '127.0.0.1');
  const response = await fetch(`${await nest.getUrl()}/health`);
  expect(await response.json()).toMatchObject({
    status: 'ok',
    details: { jobs: { status: 'up', workers: 1 } },
  });
});

it('the reasons that it lists are all that explain() has', () => {
  const explanation = readFileSync(new URL('../../lib/scheduling/explanation.ts', import.meta.url), 'utf8');
  const given = [...explanation.matchAll(/reason: '([a-z-]+)'/g)].map(([, reason]) => reason!);
  const document = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  expect(given.length).toBeGreaterThan(6);
  for (const reason of new Set(given)) expect(document).toContain(`| \`${reason}\``);
});
