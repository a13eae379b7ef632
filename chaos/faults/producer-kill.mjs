// Processes that only schedule get SIGKILL under load, between call and answer: what was acknowledged is there.
import { killOneAfterTheOther } from '../support/kills.mjs';

/** What the engine has to offer. */
export const needs = [];

export const processes = 3;

/** Of each process. The first one works, the others schedule. */
export const settings = {
  concurrency: 20,
  producers: [1, 2],
  shape: { burst: [1, 40], pause: [0, 10], delay: [1, 600], work: [0, 5], every: '100ms' },
};

export const plan = { times: [4, 8], pause: [50, 600] };
export const short = { plan: { times: [2, 2], pause: [50, 300] } };

export const inject = (round) => killOneAfterTheOther(round, 1);
