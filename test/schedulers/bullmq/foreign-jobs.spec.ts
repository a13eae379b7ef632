import { Queue } from 'bullmq';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { keysOf } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

async function setUp(options: Parameters<typeof startOn>[0] = {}) {
  const app = await startOn(options);
  const queue = new Queue('default', { connection: app.client, prefix: app.prefix });
  onTestFinished(() => queue.close());
  await app.scheduler.scheduleNow(new NoteJob('before'));
  await until(() => ran.includes('before'));
  return { ...app, queue };
}

it.each([
  ['as it comes', {}],
  ['with a priority', { priority: 5 }],
  ['with a delay', { delay: 200 }],
  ['with a priority and a delay', { priority: 5, delay: 200 }],
  ['with lifo', { lifo: true }],
])(
  'a job that somebody else adds to our queue, %s, fails with a reason, and holds up nothing',
  async (_, options) => {
    const { scheduler, queue } = await setUp();

    const { id } = await queue.add('theirs', { text: 'theirs' }, options);
    await scheduler.scheduleNow(new NoteJob('after'));

    await until(() => ran.includes('after'));
    await until(async () => (await queue.getJobState(id!)) === 'failed', 'its end');
    expect(await queue.getJob(id!)).toMatchObject({
      data: { text: 'theirs' },
      failedReason: expect.stringContaining('not scheduled by nestjs-eventflow-jobs'),
      finishedOn: expect.any(Number),
    });
    expect(await scheduler.counts()).toMatchObject({ scheduled: 0, running: 0, failed: 1 });
    expect(ran).toEqual(['before', 'after']);
  },
);

it('a thousand of theirs before ours: ours run', async () => {
  const { scheduler, queue } = await setUp();

  await queue.addBulk(Array.from({ length: 1_000 }, () => ({ name: 'theirs', data: {} })));
  await scheduler.scheduleNow(new NoteJob('after'));

  await until(() => ran.includes('after'));
  await expect.poll(() => scheduler.counts()).toMatchObject({ scheduled: 0, failed: 1_000 });
});

it('theirs are kept for as long as ours, and leave nothing behind', async () => {
  const { queue, client, prefix, scheduler } = await setUp({ retention: { age: '1s' } });
  const { id } = await queue.add('theirs', {});
  await until(async () => (await queue.getJobState(id!)) === 'failed', 'its end');

  await expect.poll(() => scheduler.counts(), { timeout: 20_000 }).toMatchObject({ failed: 0 });

  expect((await keysOf(client, prefix)).filter((key) => key.endsWith(`:${id}`))).toEqual([]);
}, 30_000);
