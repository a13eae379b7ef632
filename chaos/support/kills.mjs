import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Kills one process after the other, each at a moment of chance, and starts a new one in its place. The moments do not
 * wait for anything that the processes do: so every step that the library takes has its turn.
 *
 * @param first the first place of those that may be killed.
 */
export async function killOneAfterTheOther({ fleet, random, processes, plan: { times, pause } }, first = 0) {
  for (let left = random.between(...times); left > 0; left--) {
    await sleep(random.between(...pause));
    await fleet.killAndReplace(random.between(first, processes - 1));
  }
}
