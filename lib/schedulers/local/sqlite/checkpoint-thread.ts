import { Worker } from 'node:worker_threads';
import { toError } from '../../../jobs/thrown.js';

/** It stands here as a text, since a bundler would not bring a file of its own. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(workerData);
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

const answer = () => {
  try {
    return checkpoint.get();
  } catch ({ message, errcode }) {
    return { message, errcode };
  }
};

parentPort.on('message', (goOn) => {
  if (goOn) return parentPort.postMessage(answer());
  database.close();
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

/** SQLite's error, as far as it can be sent to another thread. */
interface Failed {
  readonly message: string;
  readonly errcode: number;
}

/** Copies from the log into the file without blocking the event loop, nor any reader or writer. */
export class CheckpointThread {
  private worker: Worker | undefined;

  constructor(private readonly file: string) {}

  /**
   * All that was committed before, and what readers do not hold back.
   *
   * @throws where the thread cannot be had, or has died.
   */
  async copy(): Promise<Copied | Failed> {
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      const answered = (answer: Copied | Failed) => {
        worker.off('error', died);
        resolve(answer);
      };
      const died = (error: unknown) => {
        worker.off('message', answered);
        this.worker = undefined;
        reject(toError(error));
      };
      worker.once('message', answered);
      worker.once('error', died);
      worker.postMessage(true);
    });
  }

  async close(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    this.worker = undefined;
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
      // Loaders and the like are the app's affair; Node.js 22 warns of its SQLite in each thread.
      execArgv: ['--no-warnings'],
      resourceLimits: LITTLE_MEMORY,
    });
    worker.unref();
    return worker;
  }
}
