import { beforeEach, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { NoteJob, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

it.each(['due now', 'due at one time later'])(
  '10,000 entries %s run in the order of their calls',
  async (when) => {
    const { scheduler } = await startOn({}, { worker: { concurrency: 100 }, operationTimeout: '30s' });
    const time = new Date(Date.now() + 3_000);
    await scheduler.pause();
    for (let part = 0; part < 10; part++) {
      await scheduler.scheduleMany(
        Array.from({ length: 1_000 }, (_, index) => ({
          job: new NoteJob(String(part * 1_000 + index)),
          ...(when !== 'due now' && { when: time }),
        })),
      );
    }
    await scheduler.resume();

    await expect.poll(() => ran.length, { timeout: 60_000, interval: 100 }).toBe(10_000);

    expect(ran).toEqual(Array.from({ length: 10_000 }, (_, index) => String(index)));
  },
  120_000,
);

it('200 queues are all worked on, each within its own limit, and a paused one waits', async () => {
  const queues = Array.from({ length: 200 }, (_, index) => `q${index}`);
  const { scheduler } = await startOn(
    {},
    { worker: { concurrency: 20, queues: { q7: { concurrency: 1 } } } },
  );
  await scheduler.pause('q3');

  const ids = await scheduler.scheduleMany(
    queues.flatMap((queue) => [0, 1, 2].map(() => ({ job: new NoteJob(queue), queue }))),
  );

  await until(() => ran.length === 3 * 199, 'all but those of the paused queue');
  expect(new Set(ran).size).toBe(199);
  expect(ran).not.toContain('q3');
  await scheduler.resume('q3');
  await until(() => ran.length === ids.length, 'those as well');
});
