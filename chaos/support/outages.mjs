import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './time.mjs';

/**
 * Ends the server again and again, each time at a moment of chance, and starts it again.
 *
 * @param mode `fast` sends everybody home; `immediate` is a crash.
 * @param pause how long the load runs before each outage, and after the last; `lasts`: how long it is away.
 * @returns when it was away: `from` is set before it is told to end, `back` when it has answered again.
 */
export async function stopOneTimeAfterTheOther({ store, random }, { mode, times, pause, lasts }) {
  const outages = [];
  for (let left = random.between(...times); left > 0; left--) {
    await sleep(random.between(...pause));
    const from = now();
    await store.server.stop(mode);
    await sleep(random.between(...lasts));
    const restart = now();
    await store.server.start();
    outages.push({ from, restart, back: now() });
  }
  await sleep(random.between(...pause));
  return outages;
}

/** How long it took from when the server was back until the first attempt: for each outage. */
export function returnsToWork(outages, attempts) {
  const starts = [...attempts.values()].flat().map(({ start }) => start);
  return outages.map(({ restart, back }) => {
    const first = Math.min(...starts.filter((start) => start > restart));
    return Math.max(0, first - back);
  });
}
