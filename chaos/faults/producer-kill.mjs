// Processes that only schedule get SIGKILL under load, between call and answer: what was acknowledged is there.
import { setTimeout as sleep } from 'node:timers/promises';

/** What the engine has to offer. */
export const needs = [];

export const processes = 3;

/** Of each process. The first one works, the others schedule. */
const PRODUCERS = [1, 2];
export const settings = {
  concurrency: 20,
  producers: PRODUCERS,
  shape: { burst: [1, 40], pause: [0, 10], delay: [1, 600], work: [0, 5], every: '100ms' },
};

export async function inject({ fleet, random }) {
  for (let left = random.between(4, 8); left > 0; left--) {
    await sleep(random.between(50, 600));
    await fleet.killAndReplace(PRODUCERS[random.between(0, PRODUCERS.length - 1)]);
  }
}
