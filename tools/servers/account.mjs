// @ts-check
import { chownSync, mkdtempSync, readFileSync, statSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** @typedef {{ uid: number, gid: number }} Account */

/**
 * The account that a server runs as if not as ours: PostgreSQL refuses to run as root, who is us in many a container.
 * @returns {Account | undefined}
 */
export function serverAccount() {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('A server must not run as root, and there is neither a user "postgres" nor "nobody".');
}

const MEMORY = '/dev/shm';
const ENOUGH_MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * A new folder that belongs to the account and that it can reach: nobody gets below a folder that only root may enter.
 * @param {string} prefix
 * @param {Account | undefined} account
 * @param {{ inMemory?: boolean }} [options] inMemory: where the machine has a roomy file system in memory, there
 */
export function temporaryFolder(prefix, account, { inMemory = false } = {}) {
  const places = inMemory && hasMemory() ? [MEMORY, tmpdir()] : [tmpdir()];
  if (!account) return mkdtempSync(join(places[0] ?? '', prefix));
  const parent = [...places, '/tmp', '/var/tmp'].find(isOpenToAll) ?? tmpdir();
  const folder = mkdtempSync(join(parent, prefix));
  chownSync(folder, account.uid, account.gid);
  return folder;
}

function hasMemory() {
  if (!statSync(MEMORY, { throwIfNoEntry: false })) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ENOUGH_MEMORY_BYTES;
}

/**
 * @param {string} folder
 * @returns {boolean}
 */
function isOpenToAll(folder) {
  const { mode } = statSync(folder, { throwIfNoEntry: false }) ?? { mode: 0 };
  return (mode & 0o001) !== 0 && (folder === dirname(folder) || isOpenToAll(dirname(folder)));
}
