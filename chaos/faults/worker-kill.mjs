// Processes that schedule and work get SIGKILL under load: nothing acknowledged is lost, no claim is shared.
import { killOneAfterTheOther } from '../support/kills.mjs';

/** What the engine has to offer. */
export const needs = [];

export const processes = 3;

/** Of each process: durations in ms, from and to. Work takes its time before the effect, and after it. */
export const settings = {
  concurrency: 10,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

/** How many, and how long the load runs before each, in ms, from and to. */
export const plan = { times: [3, 6], pause: [50, 900] };
/** What is less of it in a short run. */
export const short = { plan: { times: [2, 2], pause: [50, 300] } };

export const inject = (round) => killOneAfterTheOther(round);
