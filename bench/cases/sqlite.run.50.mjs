import { runOurs, runPlainjob } from '../support/sqlite-run.mjs';

export default {
  name: 'sqlite.run.50',
  engine: 'sqlite',
  unit: 'commands/s',
  sizes: { full: 50_000, quick: 10_000 },
  rounds: { full: 5, quick: 2 },
  ours: { name: 'concurrency 50', measure: runOurs(50) },
  peers: [{ name: 'plainjob, 50 workers', measure: runPlainjob(50) }],
};
