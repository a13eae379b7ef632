import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from '../../../support/until.js';

const PROGRAM = fileURLToPath(new URL('./worker-process.mjs', import.meta.url));

export interface WorkerProcessOptions {
  recurring?: { every: string; missed?: 'once' | 'skip' };
  knowsTick?: boolean;
  lease?: string;
  transactionalWork?: boolean;
  worker?: false | { concurrency: number };
  operationTimeout?: string;
}

/** What a process has written down. */
export interface Line {
  what: 'begin' | 'end' | 'aborted' | 'acknowledged' | 'tick' | 'failed';
  name: string;
  attempt: number;
  pid: number;
  at: number;
  more: string;
}

/** A folder with the file that processes share, and with what they wrote down. */
export class SharedFile {
  readonly folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
  readonly file = join(this.folder, 'jobs.db');
  readonly log = join(this.folder, 'log');

  constructor(private readonly library: string) {
    writeFileSync(this.log, '');
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  start(options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
    return WorkerProcess.start({ ...options, library: this.library, file: this.file, log: this.log });
  }

  lines(what?: Line['what'], name?: string): Line[] {
    const complete = readFileSync(this.log, 'utf8').split('\n').slice(0, -1);
    return complete
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => (!what || line.what === what) && (!name || line.name === name));
  }

  line(what: Line['what'], name: string, about: Partial<Line> = {}): Promise<Line> {
    return until(
      () =>
        this.lines(what, name).find((line) =>
          Object.entries(about).every(([key, value]) => line[key as keyof Line] === value),
        ),
      `${what} of ${name} ${JSON.stringify(about)}`,
    );
  }
}

/** An app in a process of its own. It ends with the test, at the latest. */
export class WorkerProcess {
  private calls = 0;

  private constructor(private readonly child: ChildProcess) {}

  static async start(options: object): Promise<WorkerProcess> {
    const child = fork(PROGRAM, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let errors = '';
    child.stderr!.on('data', (text) => (errors += String(text)));
    const one = new WorkerProcess(child);
    onTestFinished(() => one.kill());
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', () => reject(new Error(`The process ended before it was ready: ${errors}`)));
    });
    return one;
  }

  get pid(): number {
    return this.child.pid!;
  }

  call<T>(command: string, ...args: unknown[]): Promise<T> {
    const id = ++this.calls;
    return new Promise<T>((resolve, reject) => {
      const onMessage = (message: { id: number; result: T; error?: string }) => {
        if (message.id !== id) return;
        this.child.off('message', onMessage);
        if (message.error === undefined) resolve(message.result);
        else reject(new Error(message.error));
      };
      this.child.on('message', onMessage);
      this.child.once('exit', () => reject(new Error('The process is gone.')));
      this.child.send({ id, command, args });
    });
  }

  schedule(type: 'StepJob' | 'EffectJob', values: unknown[], when: number, more: object = {}): Promise<string> {
    return this.call('schedule', type, values, when, more);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** As a deploy ends it. */
  async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    await this.call('close');
    await gone;
  }
}
