import { type ChildProcess, type StdioOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from '../../../support/until.js';

const STDIO: StdioOptions = ['ignore', 'ignore', 'pipe', 'ipc'];
const PROGRAM = fileURLToPath(new URL('./worker-process.mjs', import.meta.url));

export interface WorkerProcessOptions {
  /** Of PostgreSQL, instead of the file. */
  connectionString?: string;
  redis?: { connection: string; prefix: string };
  /** By how many ms its `Date.now()` is wrong. */
  clockOff?: number;
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
  private readonly known: Line[] = [];
  private read = 0;

  constructor(
    private readonly library: string,
    private readonly node = process.execPath,
  ) {
    writeFileSync(this.log, '');
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  start(options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
    const { library, file, log } = this;
    return WorkerProcess.start({ ...options, library, file, log }, this.node);
  }

  lines(what?: Line['what'], name?: string): Line[] {
    this.readOn();
    return this.known.filter((line) => (!what || line.what === what) && (!name || line.name === name));
  }

  private readOn(): void {
    const text = readFileSync(this.log);
    const end = text.lastIndexOf('\n') + 1;
    const complete = text.toString('utf8', this.read, end).split('\n').slice(0, -1);
    this.known.push(...complete.map((line) => JSON.parse(line) as Line));
    this.read = end;
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
  private readonly pending = new Map<
    number,
    { resolve: (value: any) => void; reject: (error: Error) => void }
  >();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
      const call = this.pending.get(id);
      this.pending.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(error));
    });
    child.once('exit', () => {
      for (const { reject } of this.pending.values()) reject(new Error('The process is gone.'));
    });
  }

  static async start(options: object, node: string): Promise<WorkerProcess> {
    const child = fork(PROGRAM, [JSON.stringify(options)], { execPath: node, stdio: STDIO });
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
      this.pending.set(id, { resolve, reject });
      this.child.send({ id, command, args });
    });
  }

  schedule(
    type: 'StepJob' | 'EffectJob',
    values: unknown[],
    when: number,
    more: object = {},
  ): Promise<string> {
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
