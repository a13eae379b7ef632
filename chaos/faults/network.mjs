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
  operationTimeout: 2_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

const TROUBLES = {
  cut: (proxy) => proxy.cut(),
  answers: (proxy) => proxy.loseAnswers(),
  half: (proxy) => proxy.halfClose(),
  async hold(proxy, random) {
    proxy.hold();
    await sleep(random.between(100, 3_000));
    proxy.letGo();
  },
};

export async function inject({ store, random }) {
  const outages = [];
  for (let left = random.between(3, 6); left > 0; left--) {
    await sleep(random.between(100, 900));
    const from = now();
    const kinds = Object.values(TROUBLES);
    await kinds[random.between(0, kinds.length - 1)](store.proxy, random);
    // A lost answer shows a little later.
    await sleep(100);
    outages.push({ from, restart: now(), back: now() });
  }
  await sleep(random.between(100, 900));
  return outages;
}
