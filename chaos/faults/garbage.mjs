// The file is overwritten by garbage while the app runs: the app is to notice, and to say so.
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { playRuin } from '../support/ruin.mjs';

/** What the engine has to offer. */
export const needs = ['file'];

export const processes = 3;

/** Of each process. */
export const settings = {
  concurrency: 10,
  operationTimeout: 2_000,
  shutdownTimeout: 1_000,
  shape: { burst: [1, 20], pause: [5, 50], delay: [1, 600], work: [0, 15], every: '100ms' },
};

/** How long the load runs before, in ms. */
export const plan = { pause: [500, 2_000] };
export const short = { plan: { pause: [500, 800] } };

export const play = (round) => playRuin(round, overwrite);

/** From the first byte to the last; the file stays as long as it was. */
function overwrite(path, random) {
  const { size } = statSync(path);
  const garbage = Buffer.from(Array.from({ length: size }, () => random.between(0, 255)));
  const file = openSync(path, 'r+');
  writeSync(file, garbage, 0, size, 0);
  closeSync(file);
}
