// Builds the library and measures it: npm run bench -- --help, or npm run bench:soak
import { inRoot } from './toolchain/paths.mjs';
import { endLike, run, succeeded } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

const node = await setUp();
const built = await run(node, [inRoot('scripts/build.mjs')]);
if (!succeeded(built)) endLike(built);
const [first, ...rest] = process.argv.slice(2);
const program =
  first === '--soak' ? ['bench/soak.mjs', ...rest] : ['bench/run.mjs', ...process.argv.slice(2)];
endLike(await run(node, [inRoot(program[0]), ...program.slice(1)]));
