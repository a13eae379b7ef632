import { type JobType, Queue } from 'bullmq';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

/** BullMQ's own view of our queue, as a dashboard has it. */
async function setUp(more: Parameters<typeof startOn>[1] = {}) {
  const app = await startOn({}, more);
  const queue = new Queue('default', { connection: app.client, prefix: app.prefix });
  onTestFinished(() => queue.close());
  return { ...app, queue };
}

it('BullMQ counts and lists our entries in their states, with data and errors that can be read', async () => {
  const { scheduler, queue } = await setUp({ worker: { concurrency: 1 } });
  let goOn = () => {};
  behaviours.set('running', () => new Promise<void>((resolve) => (goOn = resolve)));
  behaviours.set('failing', () => Promise.reject(new TypeError('of no use')));
  const failed = await scheduler.scheduleNow(new NoteJob('failing'), {
    attempts: 2,
    backoff: { type: 'fixed', delay: 1 },
  });
  await until(async () => (await scheduler.get(failed))?.state === 'failed', 'the failure');
  const completed = await scheduler.scheduleNow(new NoteJob('done'));
  await until(async () => (await scheduler.get(completed))?.state === 'succeeded', 'the success');
  const active = await scheduler.scheduleNow(new NoteJob('running'));
  await until(() => ran.includes('running'));
  const prioritized = await scheduler.scheduleNow(new NoteJob('waiting'));
  const delayed = await scheduler.schedule(new NoteJob('later'), '1h');

  expect(await queue.getJobCounts()).toMatchObject({
    active: 1,
    prioritized: 1,
    delayed: 1,
    completed: 1,
    failed: 1,
  });
  const expected = { active, prioritized, delayed, completed, failed };
  for (const [state, id] of Object.entries(expected) as [JobType, string][]) {
    const [job, ...more] = await queue.getJobs([state]);
    expect(more).toEqual([]);
    expect(job).toMatchObject({ id, name: 'Note', timestamp: expect.any(Number) });
    expect(JSON.stringify(job!.data)).toContain('text');
    expect(await job!.getState()).toBe(state);
  }
  const job = await queue.getJob(failed);
  expect(job).toMatchObject({ failedReason: 'of no use', attemptsMade: 2, finishedOn: expect.any(Number) });
  expect(job!.stacktrace![0]).toContain('TypeError: of no use');
  expect((await queue.getJob(completed))!.attemptsMade).toBe(1);
  goOn();
});

it('job.promote() makes one that is delayed run, soon', async () => {
  const { scheduler, queue } = await setUp();
  const id = await scheduler.schedule(new NoteJob('a'), '1h');

  await (await queue.getJob(id))!.promote();

  await until(() => ran.length > 0);
  await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'its end');
  expect(ran).toEqual(['a']);
});

it.each(['1h', 0] as const)(
  'job.remove() of one that waits (%s) frees its key, and leaves nothing behind',
  async (when) => {
    const { scheduler, queue, client, prefix } = await setUp();
    await scheduler.pause();
    const id = await scheduler.schedule(new NoteJob('removed'), when, { key: 'k' });

    await (await queue.getJob(id))!.remove();

    expect(await scheduler.get(id)).toBeUndefined();
    expect(await scheduler.get({ key: 'k' })).toBeUndefined();
    expect(await scheduler.cancel(id)).toBe(false);
    expect(await scheduler.reschedule(id, '1h')).toBe(false);
    expect(await scheduler.retry(id)).toBe(false);
    expect(await scheduler.list()).toEqual({ entries: [] });
    expect(await scheduler.counts()).toMatchObject({ scheduled: 0 });
    expect(await scheduler.schedule(new NoteJob('next'), when, { key: 'k' })).not.toBe(id);
    await scheduler.resume();
    if (when === 0) await until(() => ran.includes('next'));
    expect(ran).not.toContain('removed');
    await expect.poll(() => client.zscore(`${prefix}:@all`, id), { timeout: 15_000 }).toBeNull();
  },
  30_000,
);

it('job.remove() of one that runs does not stop the worker, and the entry is gone', async () => {
  const { scheduler, queue } = await setUp();
  let goOn = () => {};
  behaviours.set('a', () => new Promise<void>((resolve) => (goOn = resolve)));
  const id = await scheduler.scheduleNow(new NoteJob('a'));
  await until(() => ran.includes('a'));

  await (await queue.getJob(id))!.remove();
  goOn();
  await scheduler.scheduleNow(new NoteJob('after'));

  await until(() => ran.includes('after'));
  expect(await scheduler.get(id)).toBeUndefined();
  await expect.poll(() => scheduler.counts()).toMatchObject({ running: 0, succeeded: 1 });
});

it.each(['job.retry()', 'queue.retryJobs()'])('%s of one that failed runs it again', async (how) => {
  const { scheduler, queue } = await setUp();
  behaviours.set('a', ({ attempt }) => {
    if (attempt === 1) throw new Error('no');
  });
  const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1 });
  await until(async () => (await scheduler.get(id))?.state === 'failed', 'the failure');

  if (how === 'job.retry()') await (await queue.getJob(id))!.retry();
  else await queue.retryJobs({ state: 'failed' });

  await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'the success');
  expect(ran).toEqual(['a', 'a']);
  expect(await scheduler.counts()).toMatchObject({ scheduled: 0, failed: 0, succeeded: 1 });
});

it('queue.pause() and queue.resume() hold for our workers, and ours for BullMQ', async () => {
  const { scheduler, queue } = await setUp();
  await queue.pause();
  const id = await scheduler.scheduleNow(new NoteJob('a'));
  await scheduler.scheduleNow(new NoteJob('other'), { queue: 'other' });
  await until(() => ran.includes('other'));

  expect(ran).toEqual(['other']);
  expect(await scheduler.explain(id)).toMatchObject({ reason: 'paused' });
  await queue.resume();
  await until(() => ran.includes('a'));

  await scheduler.pause('default');
  expect(await queue.isPaused()).toBe(true);
  await scheduler.resume('default');
  expect(await queue.isPaused()).toBe(false);
});
