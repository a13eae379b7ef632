import { startPglite, startSqlite, withFolder } from '../support/embedded.mjs';

async function startTime(start, folder) {
  const began = performance.now();
  const store = await start(folder);
  const time = performance.now() - began;
  await store.close();
  return time;
}

/** A store that is made, and one that is there. */
const startTimes = (start) => () =>
  withFolder(async (folder) => ({
    fresh: await startTime(start, folder),
    again: await startTime(start, folder),
  }));

export default {
  name: 'embedded.start',
  engine: 'embedded',
  unit: 'ms',
  sizes: { full: 1, quick: 1 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'the SQLite scheduler', measure: startTimes(startSqlite) },
  peers: [{ name: 'pg-boss on PGlite', measure: startTimes(startPglite) }],
};
