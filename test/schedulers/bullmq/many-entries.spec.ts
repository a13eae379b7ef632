import { expect, it } from 'vitest';
import { startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, ran, startOn } from './support/note.job.js';

const TIMES = 15;
/** What a machine that has other things to do may take more, in ms; to read all entries takes seconds. */
const SLACK = 300;

async function medianOf(action: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < TIMES; index++) {
    const began = performance.now();
    await action();
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)]!;
}

/** A server of its own: what lies there would slow down all that comes after. */
async function startAlone(options: Parameters<typeof startOn>[1]) {
  return startOn({ connection: (await startRedis()).url, prefix: '{p}' }, options);
}

async function filled(count: number) {
  const app = await startAlone({ worker: false, operationTimeout: '30s' });
  for (let from = 0; from < count; from += 10_000) {
    const many = Array.from({ length: Math.min(10_000, count - from) }, (_, index) => ({
      job: new NoteJob(`${from + index}`),
      when: 3_600_000 + index,
      key: `k${from + index}`,
    }));
    await app.scheduler.scheduleMany(many);
  }
  return app;
}

/** What people and workers wait for, in ms. */
async function measure({ scheduler, connection, prefix }: Awaited<ReturnType<typeof filled>>) {
  const began = performance.now();
  const worker = await startOn({ connection, prefix });
  const start = performance.now() - began;
  let number = 0;
  const times = {
    start,
    page: await medianOf(() => scheduler.list({ limit: 50 })),
    counts: await medianOf(() => scheduler.counts()),
    key: await medianOf(() => scheduler.get({ key: 'k500' })),
    schedule: await medianOf(() => scheduler.schedule(new NoteJob('more'), '1h')),
    run: await medianOf(async () => {
      const text = `now ${prefix} ${(number += 1)}`;
      await scheduler.scheduleNow(new NoteJob(text));
      await until(() => ran.includes(text));
    }),
  };
  await worker.nest.close();
  return times;
}

it('with 100,000 entries a page, counts, a key, a call, a claim and a start take about as long as with 1,000', async () => {
  const few = await measure(await filled(1_000));
  const many = await measure(await filled(100_000));

  for (const what of ['page', 'counts', 'key', 'schedule', 'run', 'start'] as const)
    expect(many[what], `${what}: ${few[what]} ms with 1,000`).toBeLessThan(few[what] * 4 + SLACK);
}, 120_000);

it('20,000 entries at once are all there, in order', async () => {
  const { scheduler } = await startAlone({ operationTimeout: '30s' });

  const ids = await scheduler.scheduleMany(
    Array.from({ length: 20_000 }, (_, index) => ({ job: new NoteJob(String(index)), when: '1h' as const })),
  );

  expect(new Set(ids).size).toBe(20_000);
  expect(await scheduler.counts()).toMatchObject({ scheduled: 20_000 });
  const first = await scheduler.list({ limit: 10_000 });
  const second = await scheduler.list({ limit: 10_000, cursor: first.cursor! });
  expect([...first.entries, ...second.entries].map(({ id }) => id)).toEqual(ids);
  expect(second.cursor).toBeUndefined();
}, 60_000);
