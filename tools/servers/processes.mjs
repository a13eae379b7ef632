// @ts-check
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/**
 * Whether the process was there to get the signal; 0 only asks.
 * @param {number} pid
 * @param {NodeJS.Signals | 0} name
 */
export function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/**
 * The processes that this one has started and that are still there.
 * @param {number} parent
 * @returns {number[]}
 */
export function childrenOf(parent) {
  const processes = process.platform === 'linux' ? fromProc() : fromPs();
  return processes.filter(([, itsParent]) => itsParent === parent).map(([pid]) => pid);
}

/** A small container has no ps. @returns {[number, number][]} */
function fromProc() {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => [Number(pid), parentOf(pid)]);
}

/** @param {string} pid */
function parentOf(pid) {
  try {
    // "pid (name) state parent ...", and a name may hold anything.
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0; // it has ended meanwhile
  }
}

/** @returns {[number, number][]} */
function fromPs() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => /** @type {[number, number]} */ (line.trim().split(/\s+/).map(Number)));
}
