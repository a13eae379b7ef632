import { createDatabase } from '../../../support/postgres.js';
import {
  SharedFile,
  type WorkerProcess,
  type WorkerProcessOptions,
} from '../../sqlite/support/worker-process.js';

/** A database that processes share, and the file in which they write down what they do. */
export class SharedDatabase {
  private constructor(
    private readonly connectionString: string,
    private readonly log: SharedFile,
  ) {}

  static async create(library: string): Promise<SharedDatabase> {
    return new SharedDatabase(await createDatabase(), new SharedFile(library));
  }

  start(options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
    return this.log.start({ ...options, connectionString: this.connectionString });
  }

  readonly lines: SharedFile['lines'] = (...args) => this.log.lines(...args);
  readonly line: SharedFile['line'] = (...args) => this.log.line(...args);
}
