// Runs one case in a process of its own, so that none inherits the heap or the compiled code of another.
import { takeTurns } from './benchmark.mjs';

const [file, mode] = process.argv.slice(2);
const { default: benchmark } = await import(file);
const rows = await takeTurns(benchmark, {
  quick: mode === 'quick',
  onProgress: (progress) => process.send({ progress }),
});
process.send({ rows }, () => process.exit(0));
