// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const INSTALL_MS = 300_000;

/**
 * What `find` gives once the package is installed; `undefined` where the machine does not let us: it has to be Debian, or
 * of its kind, and we root. One process installs it, and the others wait.
 * @template T
 * @param {string} name of the package
 * @param {() => T | undefined} find
 * @returns {Promise<T | undefined>}
 */
export async function installed(name, find) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const lock = join(tmpdir(), `eventflow-${name}-install.lock`);
  for (const end = performance.now() + INSTALL_MS; performance.now() < end; await sleep(200)) {
    const there = find();
    if (there) return there;
    if (!locked(lock)) continue;
    try {
      aptGet('update');
      aptGet('install', '-y', '--no-install-recommends', name);
      return find();
    } finally {
      rmdirSync(lock);
    }
  }
  throw new Error(`${name} is being installed by another process, or was, and did not end: remove ${lock}.`);
}

/** @param {string} lock */
function locked(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} args */
function aptGet(...args) {
  execFileSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: INSTALL_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
