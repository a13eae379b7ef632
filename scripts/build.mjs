// Compiles lib/ to dist/, from scratch: what was deleted in lib/ must not be published.
import { rmSync } from 'node:fs';
import { withLock } from './toolchain/lock.mjs';
import { inRoot } from './toolchain/paths.mjs';
import { endLike, run } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

const node = await setUp();
const ended = await withLock(() => {
  rmSync(inRoot('dist'), { recursive: true, force: true });
  return run(node, [inRoot('node_modules/typescript/bin/tsc'), '--build', inRoot('tsconfig.build.json')]);
});
endLike(ended);
