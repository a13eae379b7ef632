import { createPrefix } from '../../../support/redis.js';
import {
  SharedFile,
  type WorkerProcess,
  type WorkerProcessOptions,
} from '../../sqlite/support/worker-process.js';

/** A part of a Redis that processes share, and the file in which they write down what they do. */
export class SharedRedis {
  private constructor(
    private readonly redis: { connection: string; prefix: string },
    private readonly log: SharedFile,
  ) {}

  static async create(library: string): Promise<SharedRedis> {
    return new SharedRedis(await createPrefix(), new SharedFile(library));
  }

  start(options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
    return this.log.start({ ...options, redis: this.redis });
  }

  readonly lines: SharedFile['lines'] = (...args) => this.log.lines(...args);
  readonly line: SharedFile['line'] = (...args) => this.log.line(...args);
}
