// For a while the server gives each statement one millisecond: what is cut off has not happened, and callers are told so.
import { setOnServer } from '../support/postgres-troubles.mjs';
import { oneAfterTheOther } from '../support/outages.mjs';

/** What the engine has to offer. */
export const needs = ['postgres'];

export const processes = 3;

/** Of each process. Callers are to be told within `operationTimeout`, in ms. */
export const settings = {
  concurrency: 10,
  operationTimeout: 5_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

export const plan = { times: [1, 3], pause: [100, 1_000], lasts: [500, 4_000] };
export const short = { plan: { times: [1, 1], pause: [100, 400], lasts: [1_500, 1_500] } };

export const inject = (round) =>
  oneAfterTheOther(round, () => setOnServer(round.store, 'statement_timeout', '1ms'));
