import { type Job, JobWorker } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it } from 'vitest';
import { errorOf, startApp } from '../support/app.js';

describe('the tests in docs/testing.md pass:', async () => {
  await import('./testing.snippets.js');
});

describe('docs/testing.md is right that', () => {
  const log: string[] = [];

  /** Takes real time, as I/O does. */
  class SlowJob implements Job {
    constructor(
      readonly name: string,
      readonly milliseconds: number,
    ) {}
    async execute() {
      await new Promise((resolve) => setTimeout(resolve, this.milliseconds));
      log.push(this.name);
    }
  }
  const start = async (options = {}) => {
    log.length = 0;
    const { scheduler, nest } = await startApp({ scheduler: TestJobScheduler, jobs: [SlowJob], ...options });
    return { scheduler: scheduler as TestJobScheduler, worker: nest.get(JobWorker) };
  };

  it('an attempt without a timeout is waited for, however long it takes', async () => {
    const { scheduler } = await start();
    await scheduler.scheduleNow(new SlowJob('slow', 500));
    expect(await scheduler.runDue()).toBe(1);
    expect(log).toEqual(['slow']);
  });

  it('an attempt with a timeout is given a second, then time goes on towards its timeout', async () => {
    const { scheduler } = await start();
    const options = { timeout: '1m', attempts: 1 } as const;
    const quick = await scheduler.scheduleNow(new SlowJob('quick', 1), options);
    const slow = await scheduler.schedule(new SlowJob('slow', 2_000), '1s', options);

    await scheduler.advanceBy('30s');
    expect(await scheduler.get(quick)).toMatchObject({ state: 'succeeded' });
    expect(await scheduler.get(slow)).toMatchObject({ state: 'running' });
    await scheduler.advanceBy('31s');
    expect(await scheduler.get(slow)).toMatchObject({
      state: 'failed',
      lastError: { name: 'JobTimeoutError' },
    });
  });

  it('an entry runs at its own time, and what it schedules on the way runs too', async () => {
    const times: string[] = [];
    class ChainJob implements Job {
      constructor(readonly rounds: number) {}
      async execute() {
        times.push(scheduler.now.toISOString());
        if (this.rounds > 1) await scheduler.schedule(new ChainJob(this.rounds - 1), '1h');
      }
    }
    const now = new Date('2027-03-01T09:00:00Z');
    class FromNine extends TestJobScheduler {
      constructor() {
        super({ now });
      }
    }
    const { scheduler } = await start({ scheduler: FromNine, jobs: [ChainJob] });
    await scheduler.schedule(new ChainJob(3), '1h');
    await scheduler.advanceBy('1 day');
    expect(times).toEqual(['10', '11', '12'].map((hour) => `2027-03-01T${hour}:00:00.000Z`));
    expect(scheduler.now).toEqual(new Date('2027-03-02T09:00:00Z'));
  });

  it('time does not go back', async () => {
    const { scheduler } = await start();
    expect((await errorOf(() => scheduler.advanceBy(-1))).message).toContain('Time does not go back');
  });

  it('pending holds what waits for a retry, and not what is parked or has ended', async () => {
    const { scheduler } = await start({ jobs: [FailingJob] });
    await scheduler.scheduleNow(new FailingJob());
    await scheduler.runDue();
    expect(scheduler.pending).toMatchObject([{ state: 'scheduled', attempt: 1 }]);
    await scheduler.cancel(scheduler.pending[0]!.id);
    expect(scheduler.pending).toEqual([]);
  });

  it('time stands still for a worker that is stopped, and missed ticks come when it starts', async () => {
    const { scheduler, worker } = await start();
    await scheduler.scheduleRecurring('once', new SlowJob('once', 0), { every: '1h' });
    await scheduler.scheduleRecurring('skip', new SlowJob('skip', 0), { every: '1h', missed: 'skip' });
    await worker.stop();
    await scheduler.advanceBy('5.5 hours');
    expect(log).toEqual([]);
    await worker.start();
    await scheduler.runDue();
    expect(log).toEqual(['once']);
  });

  it('without a worker, it says what is missing', async () => {
    const { scheduler } = await start({ worker: false });
    expect((await errorOf(() => scheduler.runDue())).message).toContain('The worker is not started');
  });
});

class FailingJob implements Job {
  execute(): void {
    throw new Error('no');
  }
}
