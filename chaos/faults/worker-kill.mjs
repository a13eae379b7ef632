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

export const inject = (round) => killOneAfterTheOther(round, { kills: [3, 6], pause: [50, 900] });
