import { inProcessScheduler } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { startApp } from '../support/app.mjs';
import { withFile } from '../support/sqlite.mjs';

async function startTimes(scheduler, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    const app = await startApp({ scheduler: scheduler() });
    times.push(performance.now() - began);
    await app.close();
  }
  return times.reduce((sum, one) => sum + one, 0) / count;
}

/** A file that is made, and one that is there. */
async function ours(size) {
  let fresh = 0;
  for (let i = 0; i < size; i++)
    fresh += await withFile((file) => startTimes(() => sqliteScheduler({ file }), 1));
  const again = await withFile(async (file) => {
    await startTimes(() => sqliteScheduler({ file }), 1);
    return startTimes(() => sqliteScheduler({ file }), size);
  });
  return { fresh: fresh / size, again };
}

async function inProcess(size) {
  const time = await startTimes(() => inProcessScheduler(), size);
  return { fresh: time, again: time };
}

export default {
  name: 'sqlite.boot',
  engine: 'sqlite',
  unit: 'ms',
  sizes: { full: 20, quick: 5 },
  rounds: { full: 5, quick: 2 },
  ours: { name: 'a whole start with the SQLite scheduler', measure: ours },
  peers: [{ name: 'a whole start with the in-process scheduler', measure: inProcess }],
};
