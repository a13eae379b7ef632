import { Worker } from 'node:worker_threads';
import { toError } from '../../../jobs/thrown.js';
import { NOT_A_DATABASE } from './sqlite-errors.js';

/** It stands here as a text, since a bundler would not bring a file of its own. */
const PROGRAM = `
const { existsSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
const asItIs = pathToFileURL(workerData).href + '?immutable=1';
let database;
let checkpoint;

// What was put over the file shows in no connection whose pages lie in its cache and in the log. By one of SQLite's: to
// close the file by other means ends all locks that this process has on it. Before Node.js 22.15 there is no such look.
const assertDatabase = () => {
  let file;
  try {
    file = new DatabaseSync(asItIs, { readOnly: true });
    file.exec('PRAGMA schema_version');
  } catch (error) {
    if (error.errcode === ${NOT_A_DATABASE}) throw error;
  } finally {
    file?.close();
  }
};

const answer = () => {
  try {
    if (!existsSync(workerData)) throw new Error('the file is gone'); // and is not to be made again
    assertDatabase();
    database ??= new DatabaseSync(workerData);
    checkpoint ??= database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    return checkpoint.get();
  } catch ({ message, code, errcode }) {
    return { message, code, errcode };
  }
};

parentPort.on('message', (goOn) => {
  if (goOn) return parentPort.postMessage(answer());
  database?.close();
  parentPort.close();
});
`;

/** In MB: it keeps next to nothing. */
const LITTLE_MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

/** In frames of the log, of which all that are copied may be written over. Both -1 where another process copies. */
interface Copied {
  readonly log: number;
  readonly checkpointed: number;
}

/** What SQLite refused, as far as an error can be sent to another thread. */
interface Refused {
  readonly message: string;
  readonly code: unknown;
  readonly errcode: unknown;
}

/** An error of SQLite's, from the other thread: `cause` has its codes. */
export class CheckpointRefused extends Error {
  constructor({ message, ...codes }: Refused) {
    super(message, { cause: Object.assign(new Error(message), codes) });
  }
}

interface Asked {
  readonly resolve: (answer: Copied) => void;
  readonly reject: (cause: Error) => void;
}

/** Copies from the log into the file, if that still is one, without blocking the event loop, nor any reader or writer. */
export class CheckpointThread {
  private worker: Worker | undefined;
  private asked: Asked | undefined;

  constructor(private readonly file: string) {}

  /**
   * All that was committed before, and what readers do not hold back. One at a time.
   *
   * @throws {CheckpointRefused} where SQLite cannot do it now.
   * @throws where the thread cannot be had, or has died.
   */
  async copy(): Promise<Copied> {
    const worker = (this.worker ??= this.start());
    // The process is not to end meanwhile, and is not kept alive else.
    worker.ref();
    try {
      return await new Promise<Copied>((resolve, reject) => {
        this.asked = { resolve, reject };
        worker.postMessage(true);
      });
    } finally {
      worker.unref();
    }
  }

  async close(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage(false);
    await ended;
  }

  private start(): Worker {
    const worker = new Worker(PROGRAM, {
      eval: true,
      name: 'eventflow-jobs checkpoints',
      workerData: this.file,
      // Loaders and the like are the app's affair, those of NODE_OPTIONS too; Node.js 22 warns of its SQLite in each thread.
      execArgv: ['--no-warnings'],
      env: {},
      resourceLimits: LITTLE_MEMORY,
    });
    worker.on('message', (answer: Copied | Refused) => {
      if ('message' in answer) this.asked?.reject(new CheckpointRefused(answer));
      else this.asked?.resolve(answer);
    });
    worker.on('error', (error) => this.asked?.reject(toError(error)));
    worker.on('exit', () => {
      this.worker = undefined;
      this.asked?.reject(new Error('the thread has ended'));
    });
    return worker;
  }
}
