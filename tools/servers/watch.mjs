// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const WATCHDOG = fileURLToPath(new URL('./watchdog.mjs', import.meta.url));

/** What has to be gone when this process is, however it ends: server processes, file systems, and a folder. */
export class Watch {
  #watchdog;

  /** @param {string} folder */
  constructor(folder) {
    // In a session of its own: Ctrl-C, which goes to all of a terminal's session, must not end it before its work.
    this.#watchdog = spawn(process.execPath, [WATCHDOG], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    this.#watchdog.unref();
    const input = /** @type {import('node:net').Socket} */ (this.#watchdog.stdin);
    input.unref();
    input.on('error', () => {}); // it was killed: there is nobody left to tell
    this.#tell({ folder });
  }

  /** @param {number} pid */
  watch(pid) {
    this.#tell({ watch: pid });
  }

  /** Its id may soon be another's. @param {number} pid */
  release(pid) {
    this.#tell({ release: pid });
  }

  /** @param {string} place where a file system was mounted */
  mounted(place) {
    this.#tell({ mounted: place });
  }

  /** Ends what is still there, and resolves when it is gone. */
  async close() {
    const { stdin, exitCode, signalCode } = this.#watchdog;
    if (exitCode !== null || signalCode !== null) return;
    this.#watchdog.ref();
    const ended = once(this.#watchdog, 'exit');
    stdin?.end();
    await ended;
  }

  /** @param {Record<string, number | string>} order */
  #tell(order) {
    this.#watchdog.stdin?.write(`${JSON.stringify(order)}\n`);
  }
}
