// Compiles the library and the sample app, only what changed since the last time, and runs the app.
import { withLock } from './toolchain/lock.mjs';
import { inRoot } from './toolchain/paths.mjs';
import { areBuilt, buildPages } from './toolchain/pages.mjs';
import { endLike, run, succeeded } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

const node = await setUp();
const tsc = inRoot('node_modules/typescript/bin/tsc');
const compiled = await withLock(async () => {
  const ended = await run(node, [tsc, '--build', inRoot('tsconfig.sample-app.json')]);
  return succeeded(ended) && !areBuilt() ? buildPages(node) : ended;
});
if (!succeeded(compiled)) endLike(compiled);
endLike(
  await run(node, ['--enable-source-maps', inRoot('sample-app/dist/main.js'), ...process.argv.slice(2)]),
);
