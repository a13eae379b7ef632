// A process of somebody else's holds the file's one write lock for seconds: callers are told in time, and workers go on.
import { DatabaseSync } from 'node:sqlite';
import { oneAfterTheOther } from '../support/outages.mjs';

/** What the engine has to offer. */
export const needs = ['file'];

export const processes = 3;

/** Of each process. Callers are to be told within `operationTimeout`, in ms. */
export const settings = {
  concurrency: 10,
  operationTimeout: 2_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

/** Shorter than a call may take, and longer. */
export const plan = { times: [1, 3], pause: [100, 1_000], lasts: [300, 5_000] };
export const short = { plan: { times: [1, 1], pause: [100, 400], lasts: [2_500, 2_500] } };

export const inject = (round) =>
  oneAfterTheOther(round, async () => {
    const database = new DatabaseSync(round.store.file);
    database.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
    return async () => {
      database.exec('ROLLBACK');
      database.close();
    };
  });
