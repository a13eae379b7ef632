// The server crashes while attempts are transactions of it: each entry has its effect in the store exactly once.
import { stopOneTimeAfterTheOther } from '../support/outages.mjs';

/** What the engine has to offer. */
export const needs = ['server', 'transactionalWork'];

export const rounds = 5;

export const processes = 3;

/** As in transactional-kill. */
export const settings = {
  transactionalWork: true,
  concurrency: 10,
  operationTimeout: 5_000,
  shape: { burst: [1, 8], pause: [20, 80], delay: [1, 600], work: [0, 6] },
};

export const plan = { times: [2, 4], pause: [50, 1_500], lasts: [0, 500] };
export const short = { plan: { times: [1, 1], pause: [100, 500], lasts: [0, 200] } };

export const inject = (round) => stopOneTimeAfterTheOther(round, 'immediate');
