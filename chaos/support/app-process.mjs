import { fork } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './time.mjs';

const LAST_LINES = 30;
/** Loaded before all else by a process whose clock is set while it runs. */
const CLOCK = new URL('./clock.mjs', import.meta.url).href;
export const outputOf = (folder) => join(folder, 'output.txt');

const living = new Set();
let isOver = false;

/** One process of the app. It ends with this one, whatever happens. */
export class AppProcess {
  /** When it was killed, if it was: set before the signal goes out, so that nothing can come of it earlier. */
  killedAt;
  /** When it was told to stop by SIGTERM, if it was. */
  stoppedAt;
  /** When it stood still, and went on. */
  freezes = [];
  /** By the wall clock: from when it was there until it was told to end, or its load to stop. */
  working = { from: Infinity, until: Infinity };
  /** Of the app, where there are several. */
  version;
  #child;
  #done = new Set();

  constructor(program, folder, options) {
    if (isOver) throw new Error('The run is over: no process is started any more.');
    this.version = options.version;
    const output = openSync(outputOf(folder), 'a');
    const stdio = ['ignore', output, output, 'ipc'];
    const execArgv = options.settings.canSetClock ? ['--import', CLOCK] : [];
    // What one process has compiled the next one need not.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(dirname(program), 'compiled') };
    this.#child = fork(program, [JSON.stringify({ ...options, folder })], { stdio, execArgv, env });
    closeSync(output);
    this.#child.on('message', ({ done }) => {
      if (done === 'start') this.working.from = Date.now();
      this.#done.add(done);
    });
    // One that could not be started: it counts as one that died by itself.
    this.#child.on('error', () => {});
    living.add(this);
    this.exit = new Promise((resolve) => {
      this.#child.once('exit', () => {
        living.delete(this);
        resolve();
      });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get isGone() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Whether it ended though nobody killed it or told it to close. */
  get diedByItself() {
    const wasEnded = this.killedAt !== undefined || this.stoppedAt !== undefined;
    return this.isGone && !wasEnded && !this.#done.has('close');
  }

  /** How it ended. */
  get ending() {
    return this.#child.signalCode ?? `exit code ${this.#child.exitCode}`;
  }

  /** `start`, `load`, `stop-load`, `close` or `clock <ms>`. */
  hasDone(order) {
    return this.#done.has(order);
  }

  tell(order) {
    if (order === 'stop-load') this.working.until = Math.min(this.working.until, Date.now());
    if (!this.isGone && this.#child.connected) this.#child.send(order, () => {});
  }

  /** SIGTERM: it is to end by itself, in order. */
  async stop() {
    if (this.isGone) return;
    this.stoppedAt ??= now();
    this.working.until = Math.min(this.working.until, Date.now());
    this.#child.kill('SIGTERM');
    await this.exit;
  }

  /** SIGSTOP, and after a while SIGCONT. */
  async freeze(milliseconds) {
    if (this.isGone) return;
    const freeze = { pid: this.pid, from: now(), until: Infinity };
    this.freezes.push(freeze);
    this.#child.kill('SIGSTOP');
    await sleep(milliseconds);
    this.#child.kill('SIGCONT');
    freeze.until = now();
  }

  /** `kill -9`. */
  async kill() {
    if (this.isGone) return;
    this.killedAt ??= now();
    this.#child.kill('SIGKILL');
    await this.exit;
  }
}

/** For an end in the middle of a round: only what this process has started. */
export async function killAllProcesses() {
  isOver = true;
  await Promise.all([...living].map((one) => one.kill()));
}

/** What the processes of a round said last: why one ended by itself, say. */
export function lastOutput(folder) {
  if (!existsSync(outputOf(folder))) return '';
  return readFileSync(outputOf(folder), 'utf8').split('\n').slice(-LAST_LINES).join('\n');
}
