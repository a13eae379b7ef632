import { type SchedulerFactory, SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startApp } from '../support/app.js';
import { createDatabase } from '../support/postgres.js';
import { createPrefix } from '../support/redis.js';
import { NoteJob } from './pg-boss/support/note.job.js';

afterEach(() => void vi.restoreAllMocks());

const counted = performance.now.bind(performance);

/** While a machine sleeps, what its processes count the time by stands still, and its clock goes on. */
function sleep(milliseconds: number): void {
  vi.spyOn(performance, 'now').mockImplementation(() => counted() - milliseconds);
}

describe.each<[string, () => Promise<SchedulerFactory>]>([
  ['PostgreSQL', async () => pgBossScheduler({ connectionString: await createDatabase() })],
  ['Redis', async () => bullMqScheduler(await createPrefix())],
])('on %s', (_, create) => {
  it.each([3_600_000, 2_000])(
    'after a sleep of %s ms nothing is scheduled by the time from before it: the caller is told, and the next call is right',
    async (slept) => {
      const app = await startApp({ jobs: [NoteJob], scheduler: await create(), worker: false });
      await app.scheduler.schedule(new NoteJob('before'), '1h');

      sleep(slept);
      await expect(app.scheduler.schedule(new NoteJob('early'), '30m')).rejects.toThrow(
        SchedulerUnavailableError,
      );
      expect(await app.scheduler.counts()).toMatchObject({ scheduled: 1 });

      const asked = Date.now();
      const id = await app.scheduler.schedule(new NoteJob('right'), '30m');
      const { runAt } = (await app.scheduler.get(id))!;
      expect(runAt.getTime()).toBeGreaterThanOrEqual(asked + 1_800_000 - 5);
      expect(runAt.getTime()).toBeLessThan(asked + 1_800_000 + 2_000);
    },
  );

  it('after a sleep nothing is given another time by the one from before it, and no recurring job begins by it', async () => {
    const app = await startApp({ jobs: [NoteJob], scheduler: await create(), worker: false });
    const id = await app.scheduler.schedule(new NoteJob('note'), '2h');
    const { runAt } = (await app.scheduler.get(id))!;

    sleep(3_600_000);
    await expect(app.scheduler.reschedule(id, '30m')).rejects.toThrow(SchedulerUnavailableError);
    expect((await app.scheduler.get(id))!.runAt).toEqual(runAt);
    sleep(7_200_000);
    const hourly = () => app.scheduler.scheduleRecurring('hourly', new NoteJob('tick'), { every: '1h' });
    await expect(hourly()).rejects.toThrow(SchedulerUnavailableError);
    expect(await app.scheduler.listRecurring()).toEqual([]);

    const asked = Date.now();
    await hourly();
    const [recurring] = await app.scheduler.listRecurring();
    expect(recurring!.nextRunAt!.getTime()).toBeGreaterThanOrEqual(asked + 3_600_000 - 5);
  });
});
