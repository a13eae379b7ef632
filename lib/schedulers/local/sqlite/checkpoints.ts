import { LineLogger } from '../../../jobs/line.logger.js';
import { messageOf, toError } from '../../../jobs/thrown.js';
import { CheckpointRefused, CheckpointThread } from './checkpoint-thread.js';
import { type LogPosition, WriteAheadLog } from './write-ahead-log.js';

/** The log is copied into the file whenever it is so many pages longer: as SQLite does by itself. */
const EVERY = 1_000;
/** What is written while pages are copied is copied after them: for the last so few, nobody may write. */
const FEW = 300;

export interface CheckpointHooks {
  /** Nothing is written until the promise settles. */
  readonly whileNobodyWrites: <T>(copy: () => Promise<T>) => Promise<T>;
  /** SQLite gave this error instead. */
  readonly onRefused: (cause: unknown) => void;
  /** From now on SQLite is to do it, within a commit. */
  readonly onUnable: () => void;
}

/**
 * Copies what was committed from SQLite's log into the file, beside the event loop: SQLite itself does so within a commit,
 * and blocks the process for as long as the disk takes for a thousand pages.
 */
export class Checkpoints {
  private readonly logger = new LineLogger('SqliteScheduler');
  private readonly log: WriteAheadLog;
  private readonly thread: CheckpointThread;
  private running: Promise<void> | undefined;
  /** How far the log was when it was copied last. */
  private copied: LogPosition | undefined;
  private commits = 0;
  private isAble = true;

  constructor(
    file: string,
    private readonly hooks: CheckpointHooks,
  ) {
    this.log = new WriteAheadLog(file);
    this.thread = new CheckpointThread(file);
  }

  /** After each commit. */
  look(): void {
    this.commits += 1;
    if (!this.running && this.isAble && this.isDue()) this.now();
  }

  now(): void {
    if (this.isAble) this.begin(() => this.run());
  }

  private begin(work: () => Promise<void>): void {
    this.running ??= work()
      .catch((error: unknown) => {
        if (error instanceof CheckpointRefused) this.hooks.onRefused(error.cause);
        else this.leaveToSqlite(error);
      })
      .finally(() => (this.running = undefined));
  }

  async close(): Promise<void> {
    this.isAble = false;
    await this.running;
    await this.thread.close();
    this.log.close();
  }

  private isDue(): boolean {
    try {
      // Once copied to its end, the log begins anew with the next write, unless somebody reads or another process wrote.
      return this.log.grewBy(EVERY, this.copied);
    } catch (error) {
      // What was committed is committed: no reason to fail those who wait for that.
      this.isAble = false;
      this.begin(() => Promise.reject(toError(error)));
      return false;
    }
  }

  /** The log begins anew with the first write that finds all of it copied: under load none would, if nothing ever waited. */
  private async run(): Promise<void> {
    let last = Infinity;
    for (let length = 0; ;) {
      const { commits } = this;
      const end = await this.copy();
      if (end === undefined || this.commits === commits) return;
      const copied = end - length;
      // Where more is written than the disk can copy meanwhile, writers are to wait for it.
      if (copied <= FEW || copied >= last) break;
      [last, length] = [copied, end];
    }
    await this.hooks.whileNobodyWrites(() => this.copy());
  }

  /** @returns how long the log was; nothing where it could not be copied to its end. */
  private async copy(): Promise<number | undefined> {
    const beginning = this.log.beginning();
    const { log, checkpointed } = await this.thread.copy();
    if (log < 0 || beginning === undefined) return undefined;
    this.copied = { frames: log, beginning };
    return log === checkpointed ? log : undefined;
  }

  private leaveToSqlite(error: unknown): void {
    this.isAble = false;
    this.logger.warn(
      `The SQLite log cannot be copied into the file beside the event loop (${messageOf(error)}): it is done within commits ` +
        'from now on, and blocks the event loop for as long.',
    );
    this.hooks.onUnable();
  }
}
