import { beforeEach, expect, it } from 'vitest';
import { startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

it('killed under load and started again from its file: nothing acknowledged is lost, and workers go on by themselves', async () => {
  const server = await startRedis();
  const at = { connection: server.url, prefix: 'p' };
  const { scheduler } = await startOn(at, { operationTimeout: '2s' });
  const worker = await startOn(at, { worker: { concurrency: 20 } });
  const acknowledged: string[] = [];
  let unknown = 0;
  const load = new AbortController();
  const lanes = Array.from({ length: 20 }, async (_, lane) => {
    for (let turn = 0; !load.signal.aborted; turn++) {
      const name = `${lane}.${turn}`;
      await scheduler.scheduleNow(new NoteJob(name)).then(
        () => acknowledged.push(name),
        () => (unknown += 1),
      );
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });

  for (let round = 0; round < 3; round++) {
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 200, 'the load');
    await server.stop('immediate');
    await server.start();
  }
  const before = acknowledged.length;
  await until(() => acknowledged.length > before + 100, 'the load after the last crash');
  load.abort();
  await Promise.all(lanes);

  const missing = () => {
    const begun = new Set(ran);
    return acknowledged.filter((name) => !begun.has(name));
  };
  await expect.poll(missing, { timeout: 30_000 }).toEqual([]);
  await expect
    .poll(() => worker.scheduler.counts(), { timeout: 30_000 })
    .toMatchObject({ scheduled: 0, running: 0, failed: 0 });
  // The crash was felt.
  expect(unknown).toBeGreaterThan(0);
}, 90_000);

it.each(['killed', 'frozen'])(
  'an outage longer than the lease ends no lease: what ran goes on and is completed, once (%s)',
  async (how) => {
    const server = await startRedis();
    const at = { connection: server.url, prefix: 'p', lease: '1s' } as const;
    const first = await startOn(at, { operationTimeout: '1s' });
    const second = await startOn(at, { operationTimeout: '1s' });
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const signals: AbortSignal[] = [];
    behaviours.set('long', ({ signal }) => {
      signals.push(signal);
      return ended;
    });
    const ids = [];
    for (let index = 0; index < 4; index++) ids.push(await first.scheduler.scheduleNow(new NoteJob('long')));
    await until(() => ran.length === 4);

    if (how === 'killed') await server.stop('immediate');
    else server.pause();
    // By the wall: the lease is one of real time.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    if (how === 'killed') await server.start();
    else server.resume();
    await until(() => second.scheduler.scheduleNow(new NoteJob('after')).catch(() => undefined));
    await until(() => ran.includes('after'));
    // Rounds in which somebody could be taken for dead.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    end();

    for (const id of ids) {
      await until(async () => (await second.scheduler.get(id))?.state === 'succeeded', 'its end');
      expect(await second.scheduler.get(id)).toMatchObject({ attempt: 1 });
    }
    expect(ran.filter((text) => text === 'long')).toHaveLength(4);
    expect(signals.filter(({ aborted }) => aborted)).toEqual([]);
  },
  60_000,
);
