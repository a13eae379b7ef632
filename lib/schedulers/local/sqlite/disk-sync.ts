import { closeSync, fdatasync, openSync } from 'node:fs';

/** In ms. */
const MOMENT = 2;

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
  private isUrgent = false;
  private planned: NodeJS.Timeout | undefined;
  /** The file that every commit is appended to: SQLite removes it with the last connection, and we have one open. */
  private log: number | undefined;
  private whenIdle: (() => void)[] = [];

  constructor(private readonly file: string) {}

  /** Whether somebody has committed what is not on the disk yet. */
  get isUnderWay(): boolean {
    return this.syncs || this.planned !== undefined;
  }

  /**
   * Calls back once all that has been committed so far survives a power cut; not in this turn of the event loop.
   *
   * @param isUrgent whether somebody waits for it. Else it may wait a moment for others to share its sync.
   */
  after(onDisk: () => void, onFailure: (cause: unknown) => void, isUrgent: boolean): void {
    this.waiting.push({ onDisk, onFailure });
    this.isUrgent ||= isUrgent;
    if (!this.syncs) this.plan();
  }

  /** Once nobody waits any more. */
  async close(): Promise<void> {
    if (this.isUnderWay) {
      const idle = new Promise<void>((resolve) => this.whenIdle.push(resolve));
      if (this.planned) this.sync();
      await idle;
    }
    if (this.log !== undefined) closeSync(this.log);
    this.log = undefined;
  }

  private plan(): void {
    if (this.isUrgent) this.sync();
    else this.planned ??= setTimeout(() => this.sync(), MOMENT);
  }

  private sync(): void {
    clearTimeout(this.planned);
    this.planned = undefined;
    const waiting = this.waiting;
    this.waiting = [];
    this.isUrgent = false;
    this.syncs = true;
    const ended = (cause: unknown) => {
      for (const { onDisk, onFailure } of waiting)
        if (cause) onFailure(cause);
        else onDisk();
      this.syncs = false;
      if (this.waiting.length > 0) return this.plan();
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
