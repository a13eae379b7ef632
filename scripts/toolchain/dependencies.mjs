import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { withLock } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { endLike, run, succeeded } from './run.mjs';

const STAMP = inRoot('node_modules/.installed');

/** Installs what package-lock.json lists, unless the last install did so already. Ends the process if it cannot. */
export async function ensureDependencies() {
  if (isInstalled()) return;
  // Asked again, since the command that we waited for may have installed them.
  const ended = await withLock(() => (isInstalled() ? undefined : install()));
  if (ended && !succeeded(ended)) endLike(ended);
}

async function install() {
  const reason = installedStamp() ? 'they changed since the last install' : 'they are not installed yet';
  console.error(`Installing the dependencies with npm ci, because ${reason}.`);
  const stamp = wantedStamp();
  const output = [];
  const ended = await run(...npmCi(), { onOutput: (chunk) => output.push(chunk) });
  if (succeeded(ended)) {
    writeFileSync(STAMP, stamp);
  } else {
    process.stderr.write(Buffer.concat(output));
    console.error('The dependencies could not be installed: npm ci failed, its output is above.');
  }
  return ended;
}

/**
 * The flags outdo NODE_ENV=production, `omit` and the like, which npm hands down as npm_config_* when it runs a script.
 * No dependency needs its install script.
 */
function npmCi() {
  const args = ['ci', '--include=dev', '--include=optional', '--include=peer', '--ignore-scripts'];
  args.push('--no-audit', '--no-fund', '--no-dry-run', '--no-global', '--loglevel=error');
  const npmCli = process.env.npm_execpath ?? '';
  return /npm-cli\.c?js$/.test(npmCli) ? [process.execPath, [npmCli, ...args]] : ['npm', args];
}

const isInstalled = () => installedStamp() === wantedStamp();

function installedStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}

/** Of package.json only what npm installs counts: a changed script is no reason to install again. */
function wantedStamp() {
  const { dependencies, devDependencies, peerDependencies, overrides } = JSON.parse(read('package.json'));
  return createHash('sha256')
    .update(JSON.stringify({ dependencies, devDependencies, peerDependencies, overrides }))
    .update(read('package-lock.json'))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
}

const read = (path) => readFileSync(inRoot(path), 'utf8');
