import { InvalidScheduleError, JobSerializationError } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

const ODD = 'a\0b\ud800c\udc00d\\u0000"\u2028';
/** Redis takes bytes: half a character is none. */
const HALVES = /\ud800|\udc00|\ufffd/g;

it('NUL and half characters in payload and metadata come back as they were', async () => {
  const { scheduler } = await startOn();
  let metadata: unknown;
  behaviours.set(ODD, (context) => void ({ metadata } = context));

  const id = await scheduler.scheduleNow(new NoteJob(ODD), { metadata: { [ODD]: ODD } });
  await until(() => ran.length > 0);

  expect(ran).toEqual([ODD]);
  expect(metadata).toEqual({ [ODD]: ODD });
  expect((await scheduler.get(id))!.metadata).toEqual({ [ODD]: ODD });
});

it('in an error and a progress note all but half characters come back, and the attempt is settled', async () => {
  const { scheduler } = await startOn();
  behaviours.set('a', async (context) => {
    context.progress(0.5, ODD);
    await until(async () => (await scheduler.get(context.id))?.progress, 'the progress');
    throw Object.assign(new Error(ODD), { name: ODD });
  });

  const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1 });
  await until(async () => (await scheduler.get(id))?.state === 'failed', 'it to have failed');

  const { progress, lastError } = (await scheduler.get(id))!;
  for (const text of [progress!.note!, lastError!.name, lastError!.message])
    expect(text.replaceAll(HALVES, '?')).toBe(ODD.replaceAll(HALVES, '?'));
});

it('in the name of a queue, or a key, they are refused; a search for them finds nothing', async () => {
  const { scheduler } = await startOn();

  for (const options of [{ queue: ODD }, { key: ODD }])
    await expect(scheduler.scheduleNow(new NoteJob('a'), options)).rejects.toThrow(InvalidScheduleError);

  for (const filter of [{ queue: ODD }, { key: ODD }, { name: ODD }, { command: ODD }])
    expect(await scheduler.list(filter)).toEqual({ entries: [] });
  expect(await scheduler.get({ key: ODD })).toBeUndefined();
  expect(await scheduler.cancel({ key: ODD })).toBe(false);
});

const NAMES = [
  'a:b',
  'a:b:delayed',
  'delayed',
  'meta',
  'a b',
  '{x}',
  "'; return 1 --",
  '%s%n',
  'é😀',
  '@all',
  '=',
];

it('any other name of a queue, and any key, is only a name', async () => {
  const { scheduler } = await startOn();

  const refused: string[] = [];
  for (const name of NAMES) {
    const call = scheduler.scheduleNow(new NoteJob(name), { queue: name, key: name });
    await call.catch((error: unknown) => {
      expect(error).toBeInstanceOf(InvalidScheduleError);
      refused.push(name);
    });
  }
  for (const name of refused) await scheduler.scheduleNow(new NoteJob(name), { key: name });
  await until(() => ran.length === NAMES.length);

  // With a colon it would be no queue to BullMQ.
  expect(refused).toContain('a:b');
  expect(refused).not.toContain('delayed');
  expect(ran.toSorted()).toEqual(NAMES.toSorted());
  for (const name of NAMES) {
    const entry = await scheduler.get({ key: name });
    expect((await scheduler.list({ key: name })).entries).toMatchObject([{ id: entry!.id, key: name }]);
  }
});

it('ids that are none find nothing, and are no error', async () => {
  const { scheduler } = await startOn();

  for (const id of ['', 'x', ODD, '*', '0', '1'.repeat(36), '00000000-0000-0000-0000-000000000000']) {
    expect(await scheduler.get(id)).toBeUndefined();
    expect(await scheduler.cancel(id)).toBe(false);
    expect(await scheduler.reschedule(id, '1h')).toBe(false);
    expect(await scheduler.retry(id)).toBe(false);
    expect(await scheduler.explain(id)).toMatchObject({ reason: 'unknown' });
  }
});

it('a payload of 1 MiB comes back whole, and above it is refused', async () => {
  const { scheduler } = await startOn();
  const text = '\u00e9\0"'.repeat(104_000);

  await scheduler.scheduleNow(new NoteJob(text));
  const refused = scheduler.scheduleNow(new NoteJob('x'.repeat(1024 * 1024)));

  await expect(refused).rejects.toThrow(JobSerializationError);
  await until(() => ran.length > 0);
  expect(ran).toEqual([text]);
});
