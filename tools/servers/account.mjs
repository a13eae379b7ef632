// @ts-check
import { chownSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
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

/**
 * A new folder that belongs to the account and that it can reach: nobody gets below a folder that only root may enter.
 * @param {string} prefix
 * @param {Account | undefined} account
 */
export function temporaryFolder(prefix, account) {
  if (!account) return mkdtempSync(join(tmpdir(), prefix));
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find(isOpenToAll) ?? tmpdir();
  const folder = mkdtempSync(join(parent, prefix));
  chownSync(folder, account.uid, account.gid);
  return folder;
}

/**
 * @param {string} folder
 * @returns {boolean}
 */
function isOpenToAll(folder) {
  const { mode } = statSync(folder, { throwIfNoEntry: false }) ?? { mode: 0 };
  return (mode & 0o001) !== 0 && (folder === dirname(folder) || isOpenToAll(dirname(folder)));
}
