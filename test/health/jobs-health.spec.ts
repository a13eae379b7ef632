import { Controller, Get } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import {
  type EventFlowJobsModuleOptions,
  JobScheduler,
  JobWorker,
  JobsHealthIndicator,
  type JobsHealthOptions,
  SchedulerUnavailableError,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it, vi } from 'vitest';
import { startApp } from '../support/app.js';

class WaitJob {
  execute() {}
}

@Controller('health')
class HealthController {
  static asked: JobsHealthOptions = {};

  constructor(
    private readonly health: HealthCheckService,
    private readonly jobs: JobsHealthIndicator,
  ) {}

  @Get()
  check() {
    return this.health.check([() => this.jobs.check('jobs', HealthController.asked)]);
  }
}

async function start(options: EventFlowJobsModuleOptions = {}) {
  HealthController.asked = {};
  const app = await startApp(
    { jobs: [WaitJob], scheduler: inProcessScheduler(), ...options },
    { imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] },
  );
  await app.nest.listen(0, '127.0.0.1');
  const url = `${await app.nest.getUrl()}/health`;
  const ask = async () => {
    const response = await fetch(url);
    const { details } = (await response.json()) as { details: { jobs: Record<string, unknown> } };
    return { code: response.status, ...details.jobs };
  };
  return { ...app, ask };
}

describe('the health of the jobs, asked through @nestjs/terminus', () => {
  it('is up where the store is reached, a worker lives and nothing is overdue', async () => {
    const { ask } = await start();
    expect(await ask()).toEqual({ code: 200, status: 'up', workers: 1 });
  });

  it('is down without a worker, unless none is needed', async () => {
    const { ask } = await start({ worker: false });
    expect(await ask()).toEqual({ code: 503, status: 'down', message: 'No worker is running.', workers: 0 });
    HealthController.asked = { worker: 'here' };
    expect(await ask()).toMatchObject({ message: 'No worker is running in this process.' });
    HealthController.asked = { worker: false };
    expect(await ask()).toMatchObject({ code: 200, status: 'up' });
  });

  it('is down once an entry has been due for longer than is said, and tells since when', async () => {
    const { ask, scheduler, nest } = await start({ worker: { concurrency: 1 } });
    await nest.get(JobWorker).stop();
    HealthController.asked = { worker: false, overdue: 200 };
    await scheduler.schedule(new WaitJob(), '1h');
    expect(await ask()).toEqual({ code: 200, status: 'up', workers: 0 });
    const due = (await scheduler.get(await scheduler.scheduleNow(new WaitJob())))!.runAt;
    expect(await ask()).toMatchObject({ status: 'up', oldestDue: due.toISOString() });
    await vi.waitFor(async () => expect(await ask()).toMatchObject({ code: 503, status: 'down' }), 5_000);
    expect(Date.now()).toBeGreaterThan(due.getTime() + 200);
    expect(await ask()).toMatchObject({ message: expect.stringMatching(/^An entry has been due for \d+ s/) });
    HealthController.asked = { worker: false, overdue: false };
    expect(await ask()).toMatchObject({ code: 200, status: 'up' });
  });

  it('is down where the store cannot be reached, and says so', async () => {
    const { ask, nest } = await start();
    vi.spyOn(nest.get(JobScheduler), 'workers').mockRejectedValue(
      new SchedulerUnavailableError('No answer.'),
    );
    expect(await ask()).toEqual({ code: 503, status: 'down', message: 'No answer.' });
  });

  it('is up on a scheduler that keeps nothing', async () => {
    const { nest } = await startApp();
    expect(await nest.get(JobsHealthIndicator).check()).toEqual({ jobs: { status: 'up' } });
  });
});
