import { closeSync, fdatasync, openSync } from 'node:fs';

interface Waiting {
  readonly onDisk: () => void;
  readonly onFailure: (cause: unknown) => void;
}

/**
 * Brings commits to the disk beside the event loop, and while the next ones are written: SQLite itself, told to be
 * `synchronous = FULL`, stops the whole process for as long as the disk takes. What was committed while one sync was under way
 * shares the next.
 */
export class DiskSync {
  private waiting: Waiting[] = [];
  private syncs = false;
  /** The file that every commit is appended to: SQLite removes it with the last connection, and we have one open. */
  private log: number | undefined;
  private whenIdle: (() => void)[] = [];

  constructor(private readonly file: string) {}

  /** Whether somebody has committed what is not on the disk yet. */
  get isUnderWay(): boolean {
    return this.syncs;
  }

  /** Calls back once all that has been committed so far survives a power cut; not in this turn of the event loop. */
  after(onDisk: () => void, onFailure: (cause: unknown) => void): void {
    this.waiting.push({ onDisk, onFailure });
    if (!this.syncs) this.sync();
  }

  /** Once nobody waits any more. */
  async close(): Promise<void> {
    if (this.syncs) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    if (this.log !== undefined) closeSync(this.log);
    this.log = undefined;
  }

  private sync(): void {
    const waiting = this.waiting;
    this.waiting = [];
    this.syncs = true;
    const ended = (cause: unknown) => {
      for (const { onDisk, onFailure } of waiting)
        if (cause) onFailure(cause);
        else onDisk();
      if (this.waiting.length > 0) return this.sync();
      this.syncs = false;
      for (const resolve of this.whenIdle.splice(0)) resolve();
    };
    try {
      this.log ??= openSync(`${this.file}-wal`, 'r+');
    } catch (cause) {
      setImmediate(ended, cause);
      return;
    }
    fdatasync(this.log, ended);
  }
}
