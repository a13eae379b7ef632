// What npm would publish of dist/, as it was built last, read as package managers, bundlers and TypeScript read it. An
// app with `module: commonjs` in its tsconfig.json knows no `exports`: for it each entry stands in `typesVersions` too.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from './toolchain/paths.mjs';
import { endLike, run, succeeded } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

// The package is ESM only, as Nest 12 is: a CommonJS app loads it by require(), which every Node.js of `engines` can
// for ES modules without a top-level await. attw knows older ones, which cannot. That it works is in test/package.
const ATTW = ['--ignore-rules', 'cjs-resolves-to-esm', '--no-emoji', '--no-color'];

const node = await setUp();
const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-package-'));
const ended = await check();
rmSync(folder, { recursive: true, force: true });
if (!succeeded(ended)) endLike(ended);
console.log('The package is in order: publint and attw have nothing to say.');

async function check() {
  const npm = { shell: process.platform === 'win32' };
  const packed = await quietly('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], npm);
  if (!succeeded(packed)) return packed;
  const tarball = join(folder, readdirSync(folder)[0]);
  const linted = await quietly(node, [inRoot('node_modules/publint/src/cli.js'), 'run', tarball, '--strict']);
  if (!succeeded(linted)) return linted;
  return quietly(node, [inRoot('node_modules/@arethetypeswrong/cli/dist/index.js'), tarball, ...ATTW]);
}

/** Both tools say much when all is well. */
async function quietly(command, args, options) {
  const output = [];
  const result = await run(command, args, { ...options, onOutput: (chunk) => output.push(chunk) });
  if (!succeeded(result)) process.stderr.write(Buffer.concat(output));
  return result;
}
