import { measureWith } from '../support/sqlite-growth.mjs';

const stored = (count) => ({
  name: `with ${count.toLocaleString('en')} stored`,
  measure: measureWith(count),
});

export default {
  name: 'sqlite.growth',
  engine: 'sqlite',
  unit: 'with 1,000,000 stored, beside fewer: entries, commands and starts/s',
  sizes: { full: 20_000, quick: 5_000 },
  rounds: { full: 5, quick: 1 },
  ours: stored(1_000_000),
  peers: [stored(1_000), stored(100_000)],
};
