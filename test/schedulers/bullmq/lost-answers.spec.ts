import type { JobEvent } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { recordLog } from '../../support/log.js';
import { createPrefix } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { LossyProxy } from './support/lossy-proxy.js';
import { NoteJob, behaviours, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

async function setUp(more: Parameters<typeof startOn>[1] = {}) {
  const { connection, prefix } = await createPrefix();
  const proxy = await LossyProxy.to(connection);
  const app = await startOn({ connection: proxy.url, prefix }, { operationTimeout: '1s', ...more });
  const events: string[] = [];
  app.events.all$.subscribe(({ type, attempt }: JobEvent) => events.push(`${type} ${attempt}`));
  return { ...app, proxy, events, direct: await startOn({ connection, prefix }, { worker: false }) };
}

const CLAIM = '\r\nrunning\r\n';

it.each([
  ['succeeded', 'succeeded', () => {}],
  ['failed', 'failed', () => Promise.reject(new Error('no'))],
] as const)(
  'an end whose answer was lost is told as what it was: %s',
  async (outcome, state, behaviour) => {
    const { scheduler, proxy, events, direct } = await setUp();
    const log = recordLog();
    behaviours.set('a', async () => {
      proxy.loseAnswerTo(`\r\n${outcome}\r\n`);
      await behaviour();
    });

    const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1 });
    await until(() => events.some((event) => event.startsWith(state)), 'its event');

    expect(proxy.lost).toBe(1);
    expect(events).toEqual(['scheduled 0', 'started 1', `${state} 1`]);
    expect(ran).toEqual(['a']);
    expect(await direct.scheduler.get(id)).toMatchObject({ state, attempt: 1 });
    expect(log.filter((line) => line.includes('was lost before its attempt ended'))).toEqual([]);
  },
  30_000,
);

it('a retry whose answer was lost is told as one, also where its time came meanwhile', async () => {
  const { scheduler, proxy, events } = await setUp();
  const log = recordLog();
  behaviours.set('a', ({ attempt }) => {
    if (attempt > 1) return;
    proxy.loseAnswerTo('\r\nretrying\r\n');
    throw new Error('again');
  });

  await scheduler.scheduleNow(new NoteJob('a'), { backoff: { type: 'fixed', delay: 1 } });
  await until(() => events.includes('succeeded 2'), 'the end');

  expect(proxy.lost).toBe(1);
  expect(events).toEqual(['scheduled 0', 'started 1', 'retrying 1', 'started 2', 'succeeded 2']);
  expect(log.filter((line) => line.includes('was lost before its attempt ended'))).toEqual([]);
}, 30_000);

it('a claim whose answer was lost goes back, and does not count as an attempt', async () => {
  const { scheduler, proxy, events, direct } = await setUp();
  const lost = performance.now();
  proxy.loseAnswerWith(CLAIM);

  const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1 });
  await until(() => events.includes('succeeded 1'), 'it to run');

  expect(proxy.lost).toBe(1);
  // Not while the answer could still be on its way.
  expect(performance.now() - lost).toBeGreaterThan(1_900);
  expect(events).toEqual(['scheduled 0', 'started 1', 'succeeded 1']);
  expect(await direct.scheduler.get(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
}, 30_000);

it('an entry whose answer was lost is refused to its caller, and may be there: it runs once', async () => {
  const { scheduler, proxy } = await setUp();
  proxy.loseAnswerTo('lost on the way');

  await expect(scheduler.scheduleNow(new NoteJob('lost on the way'))).rejects.toThrow(/Redis/);
  await until(() => scheduler.scheduleNow(new NoteJob('after')).catch(() => undefined));
  await until(() => ran.includes('after'));

  await until(() => ran.length === 2);
  expect(ran.toSorted()).toEqual(['after', 'lost on the way']);
}, 30_000);

it('a long attempt, far longer than an answer can take, is not taken for a lost claim', async () => {
  const { scheduler } = await setUp({ operationTimeout: '300ms' });
  behaviours.set('long', () => new Promise((resolve) => setTimeout(resolve, 3_000)));

  const id = await scheduler.scheduleNow(new NoteJob('long'));
  await expect.poll(async () => (await scheduler.get(id))?.state, { timeout: 10_000 }).toBe('succeeded');

  expect(ran).toEqual(['long']);
}, 30_000);
