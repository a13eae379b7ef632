import { turnsOfOurs, turnsOfPlainjob } from '../support/sqlite-turns.mjs';

export default {
  name: 'sqlite.turns.large',
  engine: 'sqlite',
  unit: 'ms, the longest turn of the event loop',
  sizes: { full: 1_000, quick: 200 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'ours, 100 KB each', measure: turnsOfOurs(100_000) },
  peers: [{ name: 'plainjob, the same', measure: turnsOfPlainjob(100_000) }],
};
