import { runOurs, runPlainjob } from '../support/sqlite-run.mjs';

export default {
  name: 'sqlite.run.1',
  engine: 'sqlite',
  unit: 'commands/s',
  sizes: { full: 10_000, quick: 3_000 },
  rounds: { full: 5, quick: 2 },
  ours: { name: 'concurrency 1', measure: runOurs(1) },
  peers: [{ name: 'plainjob, 1 worker', measure: runPlainjob(1) }],
};
