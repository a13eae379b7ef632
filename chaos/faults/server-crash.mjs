// The server crashes under load, at moments of chance, and recovers: what it has acknowledged is still there.
import { stopOneTimeAfterTheOther } from '../support/outages.mjs';

/** What the engine has to offer. */
export const needs = ['server'];

export const rounds = 5;

export const processes = 3;

/** As in server-stop. */
export const settings = {
  concurrency: 10,
  operationTimeout: 5_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

export const plan = { times: [2, 4], pause: [50, 1_500], lasts: [0, 500] };
export const short = { plan: { times: [1, 1], pause: [100, 500], lasts: [0, 200] } };

export const inject = (round) => stopOneTimeAfterTheOther(round, 'immediate');
