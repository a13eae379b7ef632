// A disk that can be filled up and freed again, for the store alone: what the processes write down has room all the while.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Watch } from '../../tools/servers/watch.mjs';

/** Beyond this no file grows while the other kind is full, in bytes: less than a store has from its first second on. */
const LONGEST_FILE = 65_536;

/**
 * The real thing, a file system of its own, where we may mount one, as root outside of a container may. Else what every
 * account may do: the system lets the processes write no file beyond a length, which to them is as if it were full.
 */
export function smallDisk(folder) {
  const place = join(folder, 'disk');
  mkdirSync(place);
  return mounts(place) ? new MountedDisk(place) : new LimitedFiles(place);
}

/** Whether there is either kind. */
export const hasSmallDisks = process.platform === 'linux';

function mounts(place) {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', place], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

class MountedDisk {
  #watch;

  constructor(folder) {
    this.folder = folder;
    this.#watch = new Watch(folder);
    this.#watch.mounted(folder);
  }

  fill() {
    const file = openSync(join(this.folder, 'filler'), 'w');
    // First in large pieces, then to the last byte.
    for (const size of [1_048_576, 4_096, 1]) writeUntilFull(file, Buffer.alloc(size));
    closeSync(file);
  }

  free() {
    rmSync(join(this.folder, 'filler'), { force: true });
  }

  close() {
    return this.#watch.close();
  }
}

function writeUntilFull(file, piece) {
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
}

class LimitedFiles {
  constructor(folder) {
    this.folder = folder;
  }

  fill(processes) {
    limit(processes, LONGEST_FILE);
  }

  free(processes) {
    limit(processes, 'unlimited');
  }

  async close() {}
}

/** The soft limit only, which can be raised again. */
function limit(processes, bytes) {
  for (const pid of processes) execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:`]);
}
