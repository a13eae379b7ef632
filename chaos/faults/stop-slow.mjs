// Processes get SIGTERM while they run jobs that take longer than they are given: these go back, and no attempt is used up.
import { setTimeout as sleep } from 'node:timers/promises';

/** What the engine has to offer. */
export const needs = [];

export const processes = 3;

/** Of each process: durations in ms. Some jobs end within `shutdownTimeout`, some do not. */
export const settings = {
  concurrency: 10,
  shutdownTimeout: 300,
  shape: { burst: [1, 4], pause: [20, 80], delay: [1, 600], work: [0, 400], every: '100ms' },
};

export const plan = { times: [2, 4], pause: [100, 900] };
export const short = { plan: { times: [1, 1], pause: [200, 500] } };

export async function inject({ fleet, random, processes: size, plan: { times, pause } }) {
  for (let left = random.between(...times); left > 0; left--) {
    await sleep(random.between(...pause));
    await fleet.stopAndReplace(random.between(0, size - 1));
  }
}
