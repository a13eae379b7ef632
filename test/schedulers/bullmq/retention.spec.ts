import { beforeEach, expect, it } from 'vitest';
import { keysOf } from '../../support/redis.js';
import { NoteJob, behaviours, forget, startOn } from './support/note.job.js';

beforeEach(forget);

type App = Awaited<ReturnType<typeof startOn>>;

/** Of all ends there are, each `count` times; with keys, values in `progress`, retries and parking. */
async function work({ scheduler }: App, count: number, round: string): Promise<void> {
  behaviours.set('failing', () => Promise.reject(new Error('no')));
  behaviours.set('done', (context) => context.progress(0.5, 'half'));
  for (let index = 0; index < count; index++) {
    const key = `${round}.${index}`;
    await scheduler.scheduleMany([
      { job: new NoteJob('done'), key: `done ${key}` },
      {
        job: new NoteJob('failing'),
        key: `failing ${key}`,
        attempts: 2,
        backoff: { type: 'fixed', delay: 1 },
      },
      { job: new NoteJob('cancelled'), key: `cancelled ${key}`, when: '1h' },
      { job: new NoteJob('replaced'), key: `replaced ${key}`, when: '1h' },
      { job: new NoteJob('other'), queue: 'other' },
    ]);
    await scheduler.cancel({ key: `cancelled ${key}` });
    const replacing = { key: `replaced ${key}`, onConflict: 'replace' } as const;
    await scheduler.scheduleNow(new NoteJob('replacing'), replacing);
  }
}

const ended = async ({ scheduler }: App) => {
  const { succeeded, failed, cancelled } = await scheduler.counts();
  return succeeded + failed + cancelled;
};

/** Every key, and how much each holds. */
async function contents({ client, prefix }: App): Promise<string[]> {
  const sizes = await Promise.all(
    (await keysOf(client, prefix)).map(async (key) => {
      // One each ten minutes.
      if (key.endsWith('@spans')) return key;
      const type = await client.type(key);
      if (type === 'zset') return `${key} ${await client.zcard(key)}`;
      if (type === 'hash') return `${key} ${await client.hlen(key)}`;
      return `${key} ${type}`;
    }),
  );
  return sizes.map((size) => size.replace(/@(worker|knows)\/\S+/, '@$1'));
}

it('what ended longer ago than `age` is gone, with its key and its place: nothing grows from round to round', async () => {
  const app = await startOn({ retention: { age: '1s' }, lease: '1s' });
  await app.scheduler.schedule(new NoteJob('waiting'), '1h', { key: 'waiting' });
  const settled = async (round: string) => {
    await work(app, 10, round);
    await expect.poll(() => app.scheduler.counts()).toMatchObject({ scheduled: 1, running: 0 });
    await expect.poll(() => ended(app), { timeout: 30_000, interval: 50 }).toBe(0);
    return contents(app);
  };

  const first = await settled('first');
  const second = await settled('second');

  expect(second).toEqual(first);
  expect(await app.client.hlen(`${app.prefix}:@keys`)).toBe(1);
  expect(await app.client.zcard(`${app.prefix}:@all`)).toBe(1);
}, 90_000);

it('no more than `count` of each queue and end are kept, the latest', async () => {
  const app = await startOn({ retention: { count: 3 } });
  await work(app, 10, 'a');
  await expect.poll(() => app.scheduler.counts()).toMatchObject({ scheduled: 0, running: 0 });
  const latest = await app.scheduler.scheduleNow(new NoteJob('latest'));

  await expect
    .poll(() => app.scheduler.counts(), { timeout: 30_000 })
    // Two queues, and cancelled ones are of all.
    .toMatchObject({ succeeded: 6, failed: 3, cancelled: 3 });

  expect(await app.scheduler.get(latest)).toMatchObject({ state: 'succeeded' });
  expect((await app.scheduler.list()).entries).toHaveLength(12);
}, 60_000);

it('what has not ended is kept, whatever the retention: waiting, parked, failed and retried', async () => {
  const app = await startOn({ retention: { age: 0, count: 1 }, lease: '1s' });
  const { scheduler, client, prefix } = app;
  const waiting = await scheduler.schedule(new NoteJob('waiting'), '1h');
  await scheduler.pause('held');
  const held = await scheduler.scheduleNow(new NoteJob('held'), { queue: 'held' });
  const parked = await scheduler.schedule(new NoteJob('parked'), '1h');
  await client.hset(`${prefix}:default:${parked}`, 'data', '{');
  await scheduler.reschedule(parked, 0);
  await expect.poll(async () => (await scheduler.get(parked))?.state).toBe('parked');
  await work(app, 2, 'a');

  await expect.poll(() => ended(app), { timeout: 30_000 }).toBeLessThanOrEqual(1);

  expect((await scheduler.list()).entries.map(({ id }) => id)).toEqual(
    expect.arrayContaining([waiting, held, parked]),
  );
}, 60_000);

it('workers that come and go leave nothing behind', async () => {
  const app = await startOn({}, { worker: false });
  await app.scheduler.schedule(new NoteJob('a'), '1h');
  const before = await contents(app);
  const { connection, prefix } = app;

  for (let round = 0; round < 3; round++) {
    const worker = await startOn({ connection, prefix });
    await worker.nest.close();
  }

  expect(await contents(app)).toEqual(before);
});
