// @ts-check
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The files of a server, and how its programs are called: as its account, and deaf to our environment's PGPORT and such. */
export class Cluster {
  #binaries;
  #data;
  #log;
  #options;

  /**
   * @param {string} folder
   * @param {string} binaries
   * @param {import('../account.mjs').Account | undefined} account
   */
  constructor(folder, binaries, account) {
    this.#binaries = binaries;
    this.#data = join(folder, 'data');
    this.#log = join(folder, 'log');
    this.#options = { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, ...account };
  }

  async create() {
    const args = [
      '-D',
      this.#data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ];
    await promisify(execFile)(join(this.#binaries, 'initdb'), args, this.#options);
  }

  /**
   * @param {Record<string, string | number>} settings
   * @returns {import('node:child_process').ChildProcess}
   */
  run(settings) {
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(this.#log, 'a');
    try {
      return spawn(join(this.#binaries, 'postgres'), ['-D', this.#data, ...args], {
        ...this.#options,
        // Else a Ctrl-C would end it together with us, and under our feet.
        detached: true,
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
  }

  /** What the server said last. */
  lastWords() {
    return readFileSync(this.#log, 'utf8').split('\n').slice(-20).join('\n');
  }
}
