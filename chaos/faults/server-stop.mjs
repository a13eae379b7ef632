// The server is stopped for ten seconds under load: nothing acknowledged is lost, callers are told, workers go on.
import { stopOneTimeAfterTheOther } from '../support/outages.mjs';

/** What the engine has to offer. */
export const needs = ['server'];

/** Each takes half a minute. */
export const rounds = 3;

export const processes = 3;

/** Of each process. Callers are to be told within `operationTimeout`, in ms: what the library does when not asked. */
export const settings = {
  concurrency: 10,
  operationTimeout: 5_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

export const plan = { times: [1, 1], pause: [500, 2_000], lasts: [10_000, 10_000] };
export const short = { plan: { times: [1, 1], pause: [200, 500], lasts: [2_500, 2_500] } };

export const inject = (round) => stopOneTimeAfterTheOther(round, 'fast');
