import { expect, it } from 'vitest';
import { startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { startOn } from './support/note.job.js';

const LEASE = 2_000;
const HOUR = 3_600_000;

/** A part of a Redis in which workers of other processes have places. */
async function setUp(at = {}) {
  const { client, prefix, connection } = await startOn(at, { worker: false });
  const root = `${prefix}:`;
  return {
    start: (lease = LEASE) => startOn({ connection, prefix, lease }),
    has: async (worker: string) => (await client.zscore(`${root}@workers`, worker)) !== null,
    async seen(worker: string, ago: number, lease: number) {
      const [seconds] = await client.time();
      await client.zadd(`${root}@workers`, Number(seconds) * 1_000 - ago, worker);
      await client.hset(`${root}@worker/${worker}`, 'since', 0, 'lease', lease);
    },
  };
}

it('a worker that starts when nobody has been heard for long gives the others a lease of time: the server may have been away', async () => {
  const { start, has, seen } = await setUp();
  await seen('silent', HOUR, LEASE);

  const began = performance.now();
  await start();

  expect(await has('silent')).toBe(true);
  await until(async () => !(await has('silent')), 'it to be taken for dead');
  expect(performance.now() - began).toBeGreaterThan(LEASE);
});

it('where others were heard meanwhile, one that was not is dead', async () => {
  const { start, has, seen } = await setUp();
  await seen('silent', HOUR, 0);
  await seen('alive', 0, HOUR);

  // Long, so that a busy machine is not taken for one on which nobody was heard.
  await start(30_000);

  expect(await has('silent')).toBe(false);
  expect(await has('alive')).toBe(true);
});

it('what the server was not there to hear is held against nobody', async () => {
  const { url } = await startRedis();
  const { start, has, seen } = await setUp({ connection: url, prefix: '{p}' });
  await seen('kept', 3 * 24 * HOUR, 2 * 24 * HOUR);
  await seen('alive', 0, HOUR);

  await start();

  expect(await has('kept')).toBe(true);
});
