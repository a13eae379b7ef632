// Three workers on one queue, and nothing breaks: each of 100,000 entries has its effect exactly once.
import { comesTrue } from '../support/time.mjs';

/** What the engine has to offer. */
export const needs = [];

/** Each is long. */
export const rounds = 2;

export const processes = 3;

const shape = { burst: [100, 400], pause: [0, 5], delay: [1, 600], work: [0, 0] };

/**
 * Of each process, which also schedules its share: `total`, of which there are three. Nobody dies: a busy machine is not to
 * look like it.
 */
export const settings = { concurrency: 50, lease: '30s', shape: { ...shape, total: 33_334 } };
export const short = { processes, settings: { shape: { ...shape, total: 1_000 } } };

/** How long it may take in all, in ms: what is stuck then has had its time. */
const PATIENCE = 900_000;

export async function inject({ fleet, store }) {
  await fleet.everyone('load', PATIENCE);
  await comesTrue(async () => (await store.remaining()) === 0, PATIENCE);
}
