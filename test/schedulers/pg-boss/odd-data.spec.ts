import { InvalidScheduleError } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

const start = async (options = {}) => startOn({ connectionString: await createDatabase() }, options);
const ODD = 'a\0b\ud800c\udc00d\\u0000"\u2028';
const KEPT = 'a\ufffdb\ufffdc\ufffdd\\u0000"\u2028';

it('NUL and half characters in payload and metadata come back as they were', async () => {
  const { scheduler } = await start();
  let metadata: unknown;
  behaviours.set(ODD, (context) => void ({ metadata } = context));

  const id = await scheduler.scheduleNow(new NoteJob(ODD), { metadata: { [ODD]: ODD } });
  await until(() => ran.length > 0);

  expect(ran).toEqual([ODD]);
  expect(metadata).toEqual({ [ODD]: ODD });
  expect((await scheduler.get(id))!.metadata).toEqual({ [ODD]: ODD });
});

it('in an error and a progress note they become U+FFFD, and the attempt is settled', async () => {
  const { scheduler } = await start();
  behaviours.set('a', async (context) => {
    context.progress(0.5, ODD);
    await until(async () => (await scheduler.get(context.id))?.progress, 'the progress');
    throw Object.assign(new Error(ODD), { name: ODD });
  });

  const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1 });
  await until(async () => (await scheduler.get(id))?.state === 'failed', 'it to have failed');

  expect(await scheduler.get(id)).toMatchObject({
    progress: { fraction: 0.5, note: KEPT },
    lastError: { name: KEPT, message: KEPT },
  });
});

it('in the name of a queue, or a key, they are refused; a search for them finds nothing', async () => {
  const { scheduler } = await start();

  for (const options of [{ queue: ODD }, { key: ODD }])
    await expect(scheduler.scheduleNow(new NoteJob('a'), options)).rejects.toThrow(InvalidScheduleError);

  for (const filter of [{ queue: ODD }, { key: ODD }, { name: ODD }, { command: ODD }])
    expect(await scheduler.list(filter)).toEqual({ entries: [] });
  expect(await scheduler.get({ key: ODD })).toBeUndefined();
  expect(await scheduler.cancel({ key: ODD })).toBe(false);
});

it('ids that are none find nothing, and are no error', async () => {
  const { scheduler } = await start();

  for (const id of [
    '',
    'x',
    ODD,
    "'; DROP TABLE orders; --",
    '00000000-0000-0000-0000-000000000000',
    '1'.repeat(36),
  ]) {
    expect(await scheduler.get(id)).toBeUndefined();
    expect(await scheduler.cancel(id)).toBe(false);
    expect(await scheduler.reschedule(id, '1h')).toBe(false);
    expect(await scheduler.retry(id)).toBe(false);
    expect(await scheduler.explain(id)).toMatchObject({ reason: 'unknown' });
  }
});

it('priorities are honoured from the lowest to the highest, and beyond are refused', async () => {
  const { scheduler } = await start({ worker: { concurrency: 1, autoStart: true } });
  const priorities = [0, -1_000_000, 1_000_000, 999_999, -999_999];
  await scheduler.pause();

  const ids = await scheduler.scheduleMany(
    priorities.map((priority) => ({ job: new NoteJob(String(priority)), priority })),
  );
  for (const priority of [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 2 ** 31])
    await expect(scheduler.scheduleNow(new NoteJob('no'), { priority })).rejects.toThrow(
      InvalidScheduleError,
    );
  const read = await Promise.all(ids.map(async (id) => (await scheduler.get(id))!.priority));
  await scheduler.resume();
  await until(() => ran.length === priorities.length);

  expect(read).toEqual(priorities);
  expect(ran).toEqual(['1000000', '999999', '0', '-999999', '-1000000']);
});

it('times far away are kept to the millisecond, listed, and moved', async () => {
  const { scheduler } = await start();
  const times = [
    new Date('9999-12-31T23:59:59.999Z'),
    new Date('+010000-01-01T00:00:00.001Z'),
    new Date('+200001-01-01T00:00:00.007Z'),
    new Date(8.64e15 - 1),
    new Date(8.64e15),
  ];

  const ids = await scheduler.scheduleMany(times.map((when) => ({ job: new NoteJob('a'), when })));
  const moved = await scheduler.schedule(new NoteJob('b'), times[0]!);
  expect(await scheduler.reschedule(moved, times[4]!)).toBe(true);

  const read = await Promise.all([...ids, moved].map(async (id) => (await scheduler.get(id))!.runAt));
  expect(read).toEqual([...times, times[4]]);
  expect(await scheduler.explain(moved)).toMatchObject({ reason: 'not-due' });
  expect(await scheduler.cancel(moved)).toBe(true);
  await scheduler.scheduleNow(new NoteJob('now'));
  await until(() => ran.length > 0);
  expect(ran).toEqual(['now']);
});
