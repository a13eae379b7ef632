import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY = 50;

/**
 * Milliseconds on the monotonic clock, which all processes of a machine share: a step of the wall clock must not look
 * like two attempts at once.
 */
export const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;

/** @returns whether it came true in time. */
export async function comesTrue(condition, patience) {
  for (const end = now() + patience; ;) {
    if (await condition()) return true;
    if (now() > end) return false;
    await sleep(LOOK_EVERY);
  }
}
