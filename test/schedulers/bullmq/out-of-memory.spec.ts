import { SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

const TINY = '1kb';

async function setUp(more: Parameters<typeof startOn>[1] = {}) {
  const server = await startRedis();
  const app = await startOn({ connection: server.url, prefix: 'p' }, more);
  const limit = (memory: string) => app.client.config('SET', 'maxmemory', memory);
  return { ...app, at: { connection: server.url, prefix: 'p' }, limit };
}

it('full: what is scheduled is refused, all of it, and after memory is free it is taken', async () => {
  const { scheduler, limit } = await setUp({ worker: false });
  const before = await scheduler.schedule(new NoteJob('before'), '1h');
  await limit(TINY);

  const many = Array.from({ length: 50 }, (_, index) => ({ job: new NoteJob(`many ${index}`) }));
  await expect(scheduler.scheduleNow(new NoteJob('refused'))).rejects.toThrow(SchedulerUnavailableError);
  await expect(scheduler.schedule(new NoteJob('refused'), '1h')).rejects.toThrow(/memory|OOM/);
  await expect(scheduler.scheduleMany(many)).rejects.toThrow(SchedulerUnavailableError);

  expect((await scheduler.list()).entries.map(({ id }) => id)).toEqual([before]);
  await limit('0');
  expect(await scheduler.scheduleMany(many)).toHaveLength(50);
  expect(await scheduler.counts()).toMatchObject({ scheduled: 51 });
});

it('full while a scheduleMany is written: none of it is there, or all of it', async () => {
  const { scheduler, client, limit } = await setUp({ worker: false });
  const { used_memory: used } = Object.fromEntries(
    (await client.info('memory')).split('\r\n').map((line) => line.split(':')),
  ) as { used_memory: string };
  // Room for some of them.
  await limit(String(Number(used) + 2_000_000));

  const text = 'x'.repeat(1_000);
  for (let round = 0; round < 10; round++) {
    const before = (await scheduler.counts()).scheduled;
    const many = Array.from({ length: 1_000 }, () => ({ job: new NoteJob(text), when: '1h' as const }));
    const isStored = await scheduler.scheduleMany(many).then(
      () => true,
      () => false,
    );
    expect((await scheduler.counts()).scheduled - before).toBe(isStored ? 1_000 : 0);
    if (!isStored) return;
  }
  throw new Error('Memory was never used up.');
}, 60_000);

it('full: workers complete, fail and retry what is there, tick, and start; cancel and prune go on', async () => {
  const { scheduler, limit, at } = await setUp({ worker: { concurrency: 2 } });
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  behaviours.set('gate', () => gate);
  behaviours.set('failing', () => Promise.reject(new Error('no')));
  behaviours.set('again', ({ attempt }) => {
    if (attempt === 1) throw new Error('again');
  });
  await scheduler.scheduleRecurring('r', new NoteJob('tick'), { every: '1s' });
  await scheduler.scheduleMany([{ job: new NoteJob('gate') }, { job: new NoteJob('gate') }]);
  await until(() => ran.filter((text) => text === 'gate').length === 2);
  const cancelled = await scheduler.schedule(new NoteJob('cancelled'), '1h');
  await scheduler.scheduleMany([
    ...Array.from({ length: 50 }, (_, index) => ({ job: new NoteJob(`n${index}`) })),
    { job: new NoteJob('failing'), attempts: 1 },
    { job: new NoteJob('again'), backoff: { type: 'fixed' as const, delay: 10 } },
  ]);
  await limit(TINY);

  goOn();
  expect(await scheduler.cancel(cancelled)).toBe(true);
  const ticks = () => ran.filter((text) => text === 'tick').length;
  const before = ticks();
  await until(() => ticks() > before + 1, 'its ticks');
  await expect
    .poll(() => scheduler.counts(), { timeout: 10_000 })
    .toMatchObject({ scheduled: 0, running: 0, failed: 1, cancelled: 1 });
  expect(ran.filter((text) => text === 'again')).toHaveLength(2);
  // A worker that is restarted meanwhile has to come back: it is what frees memory.
  const other = await startOn({ ...at, retention: { age: '1s' } });
  await expect.poll(async () => (await other.scheduler.counts()).failed, { timeout: 20_000 }).toBe(0);

  await limit('0');
  await scheduler.scheduleNow(new NoteJob('after'));
  await until(() => ran.includes('after'));
}, 60_000);
