// The network between the processes and the server drops connections, loses answers, closes one side, and holds all back.
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../support/time.mjs';

/** What the engine has to offer. */
export const needs = ['network'];

export const processes = 3;

/** Of each process. Callers are to be told within `operationTimeout`, in ms. */
export const settings = {
  network: true,
  concurrency: 10,
  operationTimeout: 5_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

/** How many troubles, how long the load runs before each, and how long the network holds all back, in ms. */
export const plan = { times: [3, 6], pause: [100, 900], holds: [100, 7_000] };
export const short = { plan: { times: [4, 4], pause: [100, 300], holds: [100, 2_500] } };

const TROUBLES = [
  ({ proxy }) => proxy.cut(),
  ({ proxy }) => proxy.loseAnswers(),
  ({ proxy }) => proxy.halfClose(),
  async ({ proxy }, random, holds) => {
    proxy.hold();
    await sleep(random.between(...holds));
    proxy.letGo();
  },
];

/** Each kind in turn, from one that chance chooses: a few are enough to see them all. */
export async function inject({ store, random, plan: { times, pause, holds } }) {
  const outages = [];
  const first = random.between(0, TROUBLES.length - 1);
  const last = first + random.between(...times);
  for (let number = first; number < last; number++) {
    await sleep(random.between(...pause));
    const from = now();
    await TROUBLES[number % TROUBLES.length](store, random, holds);
    // A lost answer shows a little later.
    await sleep(100);
    outages.push({ from, restart: now(), back: now() });
  }
  await sleep(random.between(...pause));
  return outages;
}
