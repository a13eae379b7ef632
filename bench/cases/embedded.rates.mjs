import { rateOf } from '../support/benchmark.mjs';
import { startPglite, startSqlite, withFolder } from '../support/embedded.mjs';

const ratesOf = (start) => (size) =>
  withFolder(async (folder) => {
    const store = await start(folder);
    const { '': schedule } = await rateOf(size, () => store.schedule(size));
    const { '': run } = await rateOf(size, () => store.run(size));
    await store.close();
    return { schedule, run };
  });

export default {
  name: 'embedded',
  engine: 'embedded',
  unit: 'entries/s, and commands/s stored and run',
  sizes: { full: 10_000, quick: 2_000 },
  rounds: { full: 3, quick: 1 },
  ours: { name: 'the SQLite scheduler', measure: ratesOf(startSqlite) },
  peers: [{ name: 'pg-boss on PGlite', measure: ratesOf(startPglite) }],
};
