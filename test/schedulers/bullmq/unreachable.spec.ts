import { SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { startError } from '../../support/app.js';
import { startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

const TIMEOUT = 1_000;
/** What an app takes to start, beside its store, on a machine that is busy. */
const START = 1_000;
/** Else the first start would take the time of that as well. */
beforeAll(() => import('bullmq'));
const OPTIONS = { operationTimeout: TIMEOUT };

/** How long a call took to be refused. */
async function refusal(call: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await expect(call).rejects.toThrow(SchedulerUnavailableError);
  return performance.now() - began;
}

it('down at the start: the app does not start, and says so within operationTimeout', async () => {
  const server = await startRedis();
  await server.stop();

  const began = performance.now();
  const error = await startError({ ...OPTIONS, scheduler: bullMqScheduler({ connection: server.url }) });

  expect(error).toBeInstanceOf(SchedulerUnavailableError);
  expect(performance.now() - began).toBeLessThan(TIMEOUT + START);
});

it('frozen at the start: the app does not start, and says so within operationTimeout', async () => {
  const server = await startRedis();
  server.pause();

  const began = performance.now();
  const error = await startError({ ...OPTIONS, scheduler: bullMqScheduler({ connection: server.url }) });

  expect(error).toBeInstanceOf(SchedulerUnavailableError);
  expect(performance.now() - began).toBeLessThan(TIMEOUT + START);
});

it('frozen: calls are refused within operationTimeout, and what they were to store does not appear after the thaw', async () => {
  const server = await startRedis();
  const { scheduler } = await startOn({ connection: server.url, prefix: 'p' }, OPTIONS);
  const standing = await scheduler.schedule(new NoteJob('standing'), '1h', { key: 'k' });
  server.pause();

  const refusals = await Promise.all([
    refusal(scheduler.scheduleNow(new NoteJob('now'))),
    refusal(scheduler.schedule(new NoteJob('later'), '1h')),
    refusal(scheduler.schedule(new NoteJob('replacing'), '1h', { key: 'k', onConflict: 'replace' })),
    refusal(scheduler.scheduleMany([{ job: new NoteJob('many') }, { job: new NoteJob('many') }])),
    refusal(scheduler.get(standing)),
  ]);
  server.resume();

  expect(Math.min(...refusals)).toBeGreaterThan(TIMEOUT - 50);
  expect(Math.max(...refusals)).toBeLessThan(TIMEOUT + 500);
  const after = await until(
    () => scheduler.scheduleNow(new NoteJob('after')).catch(() => undefined),
    'a call to be served',
  );
  await until(() => ran.includes('after'), 'the worker to go on');
  expect(ran).toEqual(['after']);
  expect((await scheduler.list()).entries.map(({ id }) => id)).toEqual([standing, after]);
  expect(await scheduler.get({ key: 'k' })).toMatchObject({ id: standing, state: 'scheduled' });
});

it('down while the app runs: calls are refused at once or in time, and never stored later; the worker comes back', async () => {
  const server = await startRedis();
  const { scheduler } = await startOn({ connection: server.url, prefix: 'p' }, OPTIONS);
  await scheduler.schedule(new NoteJob('due meanwhile'), 300);
  await server.stop('immediate');

  const refused = await Promise.all(
    Array.from({ length: 20 }, (_, index) => refusal(scheduler.scheduleNow(new NoteJob(`refused ${index}`)))),
  );
  await server.start();

  expect(Math.max(...refused)).toBeLessThan(TIMEOUT + 500);
  await until(() => ran.length > 0, 'the worker to come back');
  await until(() => scheduler.scheduleNow(new NoteJob('after')).catch(() => undefined));
  await until(() => ran.includes('after'));
  expect(ran).toEqual(['due meanwhile', 'after']);
}, 30_000);

it.each(['down', 'frozen'])(
  'the app closes while its Redis is %s',
  async (how) => {
    const server = await startRedis();
    const { scheduler, nest } = await startOn({ connection: server.url, prefix: 'p' }, OPTIONS);
    await scheduler.schedule(new NoteJob('a'), '1h');
    if (how === 'down') await server.stop('immediate');
    else server.pause();

    const began = performance.now();
    await nest.close();

    expect(performance.now() - began).toBeLessThan(6 * TIMEOUT);
    server.resume();
  },
  30_000,
);
