// Redis is at maxmemory, and evicts nothing: it takes no writes that need room. Callers are told, and nothing is lost.
import { Redis } from 'ioredis';
import { oneAfterTheOther } from '../support/outages.mjs';

/** What the engine has to offer. */
export const needs = ['redis'];

export const processes = 3;

/** Of each process. Callers are to be told within `operationTimeout`, in ms. */
export const settings = {
  concurrency: 10,
  operationTimeout: 5_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

export const plan = { times: [1, 3], pause: [100, 1_000], lasts: [500, 4_000] };
export const short = { plan: { times: [1, 1], pause: [100, 400], lasts: [1_500, 1_500] } };

export const inject = ({ store, ...round }) =>
  oneAfterTheOther(round, async () => {
    await setMaxMemory(store, '1mb'); // less than it has in use when it is empty
    return () => setMaxMemory(store, '0');
  });

async function setMaxMemory({ server }, value) {
  const redis = new Redis(server.url);
  try {
    await redis.config('SET', 'maxmemory', value);
  } finally {
    redis.disconnect();
  }
}
