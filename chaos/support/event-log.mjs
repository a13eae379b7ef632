import { closeSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { now } from './time.mjs';

const SUFFIX = '.events';
/** Of one file, in bytes: a disk that is full may be one where no file may be longer than so much more. */
const LONGEST = 32_768;

/**
 * What a process has done, written at once, so that it outlives the process. Each has files of its own: a line that
 * SIGKILL cuts in two must not spoil another's.
 */
export class EventLog {
  #folder;
  #file;
  #number = 0;
  #length = 0;

  constructor(folder) {
    this.#folder = folder;
    this.#open();
  }

  write(what, about = {}) {
    if (this.#length > LONGEST) {
      closeSync(this.#file);
      this.#open();
    }
    const line = `${JSON.stringify({ what, pid: process.pid, at: now(), ...about })}\n`;
    this.#length += writeSync(this.#file, line);
  }

  #open() {
    const name = `${process.pid}.${String(this.#number++).padStart(6, '0')}${SUFFIX}`;
    this.#file = openSync(join(this.#folder, name), 'a');
    this.#length = 0;
  }
}

/** What all processes have written; the lines of each in its own order. */
export function readEvents(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return files.toSorted().flatMap((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    // After the last line break is nothing, or what SIGKILL left of a line.
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  });
}
