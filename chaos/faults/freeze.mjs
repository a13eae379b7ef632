// Processes get SIGSTOP for longer than a claim lasts, then SIGCONT: others run their entries, and the late ends change nothing.
import { setTimeout as sleep } from 'node:timers/promises';

/** What the engine has to offer. */
export const needs = [];

export const processes = 3;

/** Of each process. */
export const settings = {
  concurrency: 10,
  lease: '1s',
  shape: { burst: [1, 10], pause: [10, 50], delay: [1, 600], work: [0, 100], every: '100ms' },
};

/** How often, how long the load runs before, and how long a process stands still, in ms. */
export const plan = { times: [1, 3], pause: [100, 900], lasts: [1_500, 4_000] };
export const short = { plan: { times: [1, 1], pause: [100, 300], lasts: [2_500, 2_500] } };

export async function inject({ fleet, random, processes: size, plan: { times, pause, lasts } }) {
  for (let left = random.between(...times); left > 0; left--) {
    await sleep(random.between(...pause));
    await fleet.freeze(random.between(0, size - 1), random.between(...lasts));
  }
  // The late ends are to come before all is over.
  await sleep(500);
}
