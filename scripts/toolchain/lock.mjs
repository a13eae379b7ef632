import { readFileSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from './paths.mjs';

const LOCK = inRoot('.toolchain.lock');
const BEAT_MS = 1_000;
const STALE_MS = 15_000;

/** Does `work` while no other command in this clone does its own: two installs at once would spoil each other. */
export async function withLock(work) {
  for (let announced = false; !create(LOCK); announced = true) {
    if (isStale(LOCK)) removeStale();
    else if (!announced) console.error('Waiting for another command in this folder to finish its set-up.');
    await sleep(100);
  }
  const beat = setInterval(() => utimes(LOCK, new Date(), new Date(), () => {}), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(LOCK, { force: true });
  }
}

function create(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The heartbeat tells a living holder from a process that was given a dead one's id; the id tells a dead one at once. */
function isStale(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > STALE_MS) return true;
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 && !isAlive(pid);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Under a lock of its own: of two that find a stale lock, the slower one must not remove the faster one's new lock. */
function removeStale() {
  const removal = `${LOCK}.removal`;
  if (!create(removal)) {
    if (isStale(removal)) rmSync(removal, { force: true });
    return;
  }
  if (isStale(LOCK)) rmSync(LOCK, { force: true });
  rmSync(removal, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
