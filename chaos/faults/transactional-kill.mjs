// Processes whose attempts are transactions get SIGKILL under load: each entry has its effect in the store exactly once.
import { killOneAfterTheOther } from '../support/kills.mjs';

/** What the engine has to offer. */
export const needs = ['transactionalWork'];

export const processes = 3;

/** As in worker-kill; less of it where one transaction at a time is all that a store can do. */
export const settings = {
  transactionalWork: true,
  concurrency: 10,
  shape: { burst: [1, 8], pause: [20, 80], delay: [1, 600], work: [0, 6] },
};

export const plan = { times: [3, 6], pause: [50, 900] };
export const short = { plan: { times: [1, 1], pause: [50, 300] } };

export const inject = (round) => killOneAfterTheOther(round);
