import { openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { now } from './time.mjs';

const SUFFIX = '.events';

/**
 * What a process has done, written at once, so that it outlives the process. Each has a file of its own: a line that
 * SIGKILL cuts in two must not spoil another's.
 */
export class EventLog {
  #file;

  constructor(folder) {
    this.#file = openSync(join(folder, `${process.pid}${SUFFIX}`), 'a');
  }

  write(what, about = {}) {
    writeSync(this.#file, `${JSON.stringify({ what, pid: process.pid, at: now(), ...about })}\n`);
  }
}

/** What all processes have written; the lines of each in its own order. */
export function readEvents(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return files.flatMap((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    // After the last line break is nothing, or what SIGKILL left of a line.
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  });
}
