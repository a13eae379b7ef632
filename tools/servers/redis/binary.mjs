// @ts-check
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installed } from '../debian.mjs';

/**
 * A program that is a Redis server when it is called by this name.
 * @typedef {{ path: string, name: string }} Binary
 */

/**
 * The machine's, or one that is installed where the machine lets us.
 * @returns {Promise<Binary>}
 */
export async function findBinary() {
  // Of Debian's packages the one that starts no service.
  const found = ofMachine() ?? (await installed('redis-tools', ofMachine));
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
