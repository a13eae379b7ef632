// The code blocks of docs/operating.md: each region stands there word for word, and operating.spec.ts runs them.
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { type JobEntry, type JobScheduler, JobsHealthIndicator } from 'nestjs-eventflow-jobs';

export async function look(scheduler: JobScheduler) {
  // #region look
  const counts = await scheduler.counts(); // per state
  const since = await scheduler.oldestDue(); // of what may be begun, and is not
  const queues = await scheduler.queues(); // [{ name: 'mail', scheduled: 12, paused: false }]
  const workers = await scheduler.workers(); // [{ id, host, pid, isHere, running, concurrency, ... }]
  const { entries } = await scheduler.list({ state: 'failed', order: 'newest-first', limit: 20 });
  // #endregion
  return { counts, since, queues, workers, entries };
}

export async function steer(scheduler: JobScheduler, entry: JobEntry) {
  // #region steer
  await scheduler.pause('mail'); // begins no more of it, anywhere, until resume('mail')
  await scheduler.pauseRecurring('nightly'); // its ticks pass without an entry
  const id = await scheduler.triggerRecurring('nightly'); // one more, now
  await scheduler.reschedule(entry.id, new Date()); // run it now
  await scheduler.retry(entry.id); // failed or parked: again, from attempt 1
  // #endregion
  return id;
}

// #region health
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly jobs: JobsHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.jobs.check('jobs', { overdue: '5m', worker: 'anywhere' })]);
  }
}
// #endregion
