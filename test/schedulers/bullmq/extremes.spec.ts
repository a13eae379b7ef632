import { InvalidScheduleError } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { NoteJob, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

it('priorities are honoured from the lowest to the highest, in and across queues, and beyond are refused', async () => {
  const { scheduler } = await startOn({}, { worker: { concurrency: 1 } });
  const priorities = [0, -1_000_000, 1_000_000, 999_999, -999_999, 1, -1];
  await scheduler.pause();

  const ids = await scheduler.scheduleMany(
    priorities.map((priority, index) => ({
      job: new NoteJob(String(priority)),
      priority,
      queue: `q${index % 3}`,
      when: index % 2 === 0 ? 0 : -1_000,
    })),
  );
  for (const priority of [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 2 ** 31])
    await expect(scheduler.scheduleNow(new NoteJob('no'), { priority })).rejects.toThrow(
      InvalidScheduleError,
    );
  const read = await Promise.all(ids.map(async (id) => (await scheduler.get(id))!.priority));
  await scheduler.resume();
  await until(() => ran.length === priorities.length);

  expect(read).toEqual(priorities);
  expect(ran).toEqual(priorities.toSorted((a, b) => b - a).map(String));
});

it('times far away are kept to the millisecond, listed, and moved; nothing of them runs', async () => {
  const { scheduler } = await startOn();
  const times = [
    new Date(Date.now() + 10 * 365 * 24 * 3_600_000),
    new Date('2100-01-01T00:00:00.001Z'),
    new Date('9999-12-31T23:59:59.999Z'),
    new Date('+010000-01-01T00:00:00.001Z'),
    new Date('+200001-01-01T00:00:00.007Z'),
    new Date(8.64e15 - 1),
    new Date(8.64e15),
  ];

  const ids = await scheduler.scheduleMany(times.map((when) => ({ job: new NoteJob('a'), when })));
  const moved = await scheduler.schedule(new NoteJob('b'), times[0]!);
  expect(await scheduler.reschedule(moved, times.at(-1)!)).toBe(true);

  const read = await Promise.all([...ids, moved].map(async (id) => (await scheduler.get(id))!.runAt));
  expect(read).toEqual([...times, times.at(-1)]);
  expect(await scheduler.explain(moved)).toMatchObject({ reason: 'not-due' });
  expect(await scheduler.cancel(moved)).toBe(true);
  await scheduler.scheduleNow(new NoteJob('now'));
  await until(() => ran.length > 0);
  expect(ran).toEqual(['now']);
  expect(await scheduler.counts()).toMatchObject({ scheduled: times.length });
});

it.each(['2100-01-01T00:00:00.000Z', '+275760-09-13T00:00:00.000Z'])(
  'many entries at one time as far away as %s are stored, found, and taken in the order of their calls',
  async (time) => {
    const { scheduler, client, prefix } = await startOn();
    const ids = await scheduler.scheduleMany(
      Array.from({ length: 3_000 }, () => ({ job: new NoteJob('a'), when: new Date(time) })),
    );

    expect(await client.zrange(`${prefix}:default:delayed`, 0, -1)).toEqual(ids);
    expect((await scheduler.get(ids.at(-1)!))!.runAt).toEqual(new Date(time));
  },
);

it('a time in the past, as far as there is one, is now', async () => {
  const { scheduler } = await startOn();

  await scheduler.schedule(new NoteJob('a'), new Date(-8.64e15));
  await scheduler.schedule(new NoteJob('b'), -1);

  await until(() => ran.length === 2);
});
