import { Injectable } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { type Job, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { until } from '../support/until.js';

class PingJob implements Job {
  execute() {}
}

@Injectable()
class Ticker {
  readonly crons: number[] = [];
  @Cron('* * * * * *')
  everySecond() {
    this.crons.push(Math.round(Date.now() / 1000));
  }
  @Interval(50)
  often() {}
}

describe('beside @nestjs/schedule', () => {
  const start = () =>
    startApp(
      { scheduler: inProcessScheduler(), jobs: [PingJob] },
      { imports: [ScheduleModule.forRoot()], providers: [Ticker] },
    );

  it("the timer and the recurring jobs are visible in the app's SchedulerRegistry", async () => {
    const { nest, scheduler } = await start();
    const registry = nest.get(SchedulerRegistry);
    await scheduler.schedule(new PingJob(), '90 days');
    await scheduler.scheduleRecurring('nightly', new PingJob(), {
      cron: '0 3 * * *',
      timeZone: 'Europe/Rome',
    });
    await until(() => registry.doesExist('timeout', 'eventflow-jobs'), 'the timer');

    const cron = registry.getCronJob('nightly');
    const [entry] = await scheduler.listRecurring();
    expect(new Date(cron.nextDate().toMillis())).toEqual(entry!.nextRunAt);

    await scheduler.removeRecurring('nightly');
    expect(registry.doesExist('cron', 'nightly')).toBe(false);
  });

  it("the app's own @Cron methods fire once a tick", async () => {
    const { nest } = await start();
    const { crons } = nest.get(Ticker);
    await until(() => crons.length >= 2, 'two ticks');
    expect(new Set(crons).size).toBe(crons.length);
  });

  it('is not needed', async () => {
    const { scheduler } = await startApp({ scheduler: inProcessScheduler(), jobs: [PingJob] });
    const id = await scheduler.scheduleNow(new PingJob());
    await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'the job');
  });
});
