import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './time.mjs';

/**
 * One trouble after the other, each at a moment of chance, while the load runs.
 *
 * @param times how many; `pause`: how long the load runs before each, and after the last; `lasts`: how long each stays.
 * @param begin begins one, and gives what ends it.
 * @returns the outages: `from` is set before it begins, `restart` before it is told to end, `back` when it has ended.
 */
export async function oneAfterTheOther({ random, plan: { times, pause, lasts } }, begin) {
  const outages = [];
  for (let left = random.between(...times); left > 0; left--) {
    await sleep(random.between(...pause));
    const from = now();
    const end = await begin();
    await sleep(random.between(...lasts));
    const restart = now();
    await end();
    outages.push({ from, restart, back: now() });
  }
  await sleep(random.between(...pause));
  return outages;
}

/** Ends the server again and again, and starts it again. @param mode `fast` sends everybody home; `immediate` is a crash. */
export function stopOneTimeAfterTheOther(round, mode) {
  const { server } = round.store;
  return oneAfterTheOther(round, async () => {
    await server.stop(mode);
    return () => server.start();
  });
}

/** How long it took from when the server was back until the first attempt: for each outage. */
export function returnsToWork(outages, attempts) {
  const starts = [...attempts.values()].flat().map(({ start }) => start);
  return outages.map(({ restart, back }) => {
    const first = Math.min(...starts.filter((start) => start > restart));
    return Math.max(0, first - back);
  });
}
