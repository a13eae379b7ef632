// The wall clock of one process is set forwards and back by an hour under load. Where the server has a clock for all,
// nothing begins early, and nothing waits. Where the machine's clock is the only one there is, it is set for all processes
// of the machine, and all goes by it.
import { setTimeout as sleep } from 'node:timers/promises';

/** What the engine has to offer. */
export const needs = [];

export const processes = 3;

/** Of each process. */
export const settings = {
  canSetClock: true,
  concurrency: 10,
  // Nobody dies: a busy machine is not to look like it.
  lease: '30s',
  shape: { burst: [1, 10], pause: [10, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

/** How often it is set wrong, and right again, and how long the load runs in between, in ms. */
export const plan = { times: [2, 4], pause: [300, 1_500] };
export const short = { plan: { times: [2, 2], pause: [200, 500] } };

const HOUR = 3_600_000;

export async function inject({ fleet, engine, random, processes: size, plan: { times, pause } }) {
  const everyone = Array.from({ length: size }, (_, place) => place);
  const first = random.pick([-1, 1]);
  for (let number = random.between(...times); number > 0; number--) {
    const places = engine.isOneClock ? everyone : [random.pick(everyone)];
    await sleep(random.between(...pause));
    await fleet.setClocks(places, number % 2 === 0 ? first * HOUR : -first * HOUR);
    await sleep(random.between(...pause));
    await fleet.setClocks(places, 0);
  }
  await sleep(random.between(...pause));
  // What was scheduled by a clock that was ahead waits until it is as late as that.
  if (engine.isOneClock) await fleet.setClocks(everyone, HOUR);
}
