// Breaks what the library runs on: npm run chaos. With arguments: npm run chaos -- --help
import { inRoot } from './toolchain/paths.mjs';
import { endLike, run } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

const node = await setUp();
endLike(await run(node, [inRoot('chaos/run.mjs'), ...process.argv.slice(2)]));
