// Compiles lib/ to dist/, from scratch: what was deleted in lib/ must not be published. Then the pages of the dashboard.
import { rmSync } from 'node:fs';
import { withLock } from './toolchain/lock.mjs';
import { inRoot } from './toolchain/paths.mjs';
import { endLike, run, succeeded } from './toolchain/run.mjs';
import { buildPages } from './toolchain/pages.mjs';
import { setUp } from './toolchain/set-up.mjs';

const node = await setUp();
const ended = await withLock(async () => {
  rmSync(inRoot('dist'), { recursive: true, force: true });
  const compiled = await run(node, [
    inRoot('node_modules/typescript/bin/tsc'),
    '--build',
    inRoot('tsconfig.build.json'),
  ]);
  return succeeded(compiled) ? buildPages(node) : compiled;
});
endLike(ended);
