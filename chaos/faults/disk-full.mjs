// The disk that the file lies on is full for a while: callers are told, nothing acknowledged is lost, and workers go on.
import { oneAfterTheOther } from '../support/outages.mjs';

/** What the engine has to offer. */
export const needs = ['small-disk'];

export const processes = 3;

/** Of each process. Callers are to be told within `operationTimeout`, in ms. */
export const settings = {
  smallDisk: true,
  concurrency: 10,
  operationTimeout: 2_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

export const plan = { times: [1, 3], pause: [100, 1_000], lasts: [500, 4_000] };
export const short = { plan: { times: [1, 1], pause: [200, 400], lasts: [1_500, 1_500] } };

export const inject = ({ store: { disk }, fleet, ...round }) =>
  oneAfterTheOther(round, async () => {
    disk.fill(fleet.pids);
    return () => disk.free(fleet.pids);
  });
