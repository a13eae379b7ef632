// node scripts/with-node.mjs <tool> [arguments]: runs an installed tool on a Node.js that is new enough for it.
import { endLike, run } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

await setUp();
const [tool, ...args] = process.argv.slice(2);
endLike(await run(tool, args, { shell: process.platform === 'win32' }));
