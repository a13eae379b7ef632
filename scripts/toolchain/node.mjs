import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inRoot } from './paths.mjs';

/** The Node.js that the toolchain runs on: the running one if it is new enough, else the one from tools/node. */
export function findNode() {
  const range = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).engines.node;
  if (isNewEnough(process.versions.node, range)) return process.execPath;
  const bundled = bundledNode();
  if (bundled) return bundled;
  console.error(
    `Node.js ${process.versions.node} is too old: this repository needs ${range}, and the npm registry has none for ` +
      `${process.platform}-${process.arch} that runs here. Install a newer one (https://nodejs.org) and try again.`,
  );
  return process.exit(1);
}

/** `range` is of the form ">=22.13". */
function isNewEnough(version, range) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = range.replace('>=', '').split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function bundledNode() {
  const os = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(inRoot('tools/node/package.json')).resolve(
      `node-${os}-${process.arch}/package.json`,
    );
    const node = join(dirname(manifest), 'bin', os === 'win' ? 'node.exe' : 'node');
    // It may be there and yet not run: Alpine has another libc.
    return spawnSync(node, ['--version']).status === 0 ? node : undefined;
  } catch {
    return undefined;
  }
}
