// Builds the library and breaks what it runs on: npm run chaos. With arguments: npm run chaos -- --help
import { inRoot } from './toolchain/paths.mjs';
import { endLike, run, succeeded } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

const node = await setUp();
const built = await run(node, [inRoot('scripts/build.mjs')]);
if (!succeeded(built)) endLike(built);
endLike(await run(node, [inRoot('chaos/run.mjs'), ...process.argv.slice(2)]));
