import { turnsOfOurs, turnsOfPlainjob } from '../support/sqlite-turns.mjs';

export default {
  name: 'sqlite.turns.small',
  engine: 'sqlite',
  unit: 'ms, the longest turn of the event loop',
  sizes: { full: 20_000, quick: 2_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'ours, 200 bytes each', measure: turnsOfOurs(200) },
  peers: [{ name: 'plainjob, the same', measure: turnsOfPlainjob(200) }],
};
