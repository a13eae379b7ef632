import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../support/embedded-memory.mjs', import.meta.url));

/** Of a process of its own each. */
const memoryOf = (store) => async (size) => {
  const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', PROGRAM, store, String(size)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return { '': Number(stdout) };
};

export default {
  name: 'embedded.memory',
  engine: 'embedded',
  unit: 'MB of the process',
  sizes: { full: 10_000, quick: 2_000 },
  rounds: { full: 3, quick: 1 },
  ours: { name: 'the SQLite scheduler', measure: memoryOf('sqlite') },
  peers: [{ name: 'pg-boss on PGlite', measure: memoryOf('pglite') }],
};
