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

export async function inject({ fleet, random, processes: size }) {
  for (let left = random.between(1, 3); left > 0; left--) {
    await sleep(random.between(100, 900));
    await fleet.freeze(random.between(0, size - 1), random.between(1_500, 4_000));
  }
  // The late ends are to come before all is over.
  await sleep(500);
}
