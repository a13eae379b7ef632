// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A program that is a Redis server when it is called by this name.
 * @typedef {{ path: string, name: string }} Binary
 */

const INSTALL_MS = 300_000;
const LOCK = join(tmpdir(), 'eventflow-redis-install.lock');

/**
 * The machine's, or one that is installed where the machine lets us.
 * @returns {Promise<Binary>}
 */
export async function findBinary() {
  const found = ofMachine() ?? (await installed());
  if (found) return found;
  throw new Error(
    'No Redis was found: install redis-server (7 or later), or valkey-server, so that it is in PATH.',
  );
}

/** Debian's redis-tools brings the server too, under the name of another program. */
const PROGRAMS = [
  { file: 'redis-server', name: 'redis-server' },
  { file: 'valkey-server', name: 'valkey-server' },
  { file: 'redis-check-rdb', name: 'redis-server' },
];

/** @returns {Binary | undefined} */
function ofMachine() {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/bin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ];
  for (const { file, name } of PROGRAMS) {
    const folder = folders.find((one) => one && existsSync(join(one, file)));
    if (folder) return { path: join(folder, file), name };
  }
  return undefined;
}

/** Debian as root. Of its packages the one that starts no service. One process does it, and the others wait. */
async function installed() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  for (const end = performance.now() + INSTALL_MS; performance.now() < end; await sleep(200)) {
    const there = ofMachine();
    if (there) return there;
    if (!locked()) continue;
    try {
      aptGet('update');
      aptGet('install', '-y', '--no-install-recommends', 'redis-tools');
      return ofMachine();
    } finally {
      rmdirSync(LOCK);
    }
  }
  throw new Error(`Redis is being installed by another process, or was, and did not end: remove ${LOCK}.`);
}

function locked() {
  try {
    mkdirSync(LOCK);
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
