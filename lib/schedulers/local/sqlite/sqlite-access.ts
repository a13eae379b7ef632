import { basename } from 'node:path';
import { messageOf } from '../../../jobs/thrown.js';
import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import { Checkpoints } from './checkpoints.js';
import type { DiskSync } from './disk-sync.js';
import type { OtherProcesses } from './other-processes.js';
import type { OpenFile } from './sqlite-connection.js';
import type { SqliteCounts } from './sqlite-counts.js';
import { isDamaged, isFailedSync, isNoDatabase, isSqliteError } from './sqlite-errors.js';
import type { WaitingGroups } from './waiting-groups.js';
import { WriteQueue } from './write-queue.js';

/** After so many pages: its own default. */
const CHECKPOINTS_OF_SQLITE = 1_000;

const COPYING =
  'What was committed is still being copied from the log into the SQLite file: the disk is too slow for what is written. Call again later.';

/** How the store reads from its file and writes to it. */
export class SqliteAccess {
  private readonly queue: WriteQueue;
  private readonly checkpoints: Checkpoints;
  /** Why nothing is read or written any more, once that is so. */
  private damage: SchedulerUnavailableError | undefined;

  constructor(
    private readonly opened: OpenFile,
    counts: SqliteCounts,
    private readonly groups: WaitingGroups,
    private readonly others: OtherProcesses,
    /** None where a power cut may take the last commits. */
    private readonly disk: DiskSync | undefined,
    operationTimeout: number,
  ) {
    this.queue = new WriteQueue(
      opened.database,
      {
        assertUsable: () => this.assertThere(),
        explain: (cause) => this.explain(cause, 'written'),
        beforeCommit: () => {
          counts.write();
          others.beforeCommit();
        },
        afterCommit: () => {
          others.afterCommit();
          this.checkpoints.look();
        },
        onDisk: (done, failed, isUrgent) => this.whenOnDisk(done, failed, isUrgent),
        afterRollback: () => {
          counts.forget();
          groups.forget();
          others.afterRollback();
        },
      },
      operationTimeout,
    );
    this.checkpoints = new Checkpoints(opened.file, {
      whileNobodyWrites: (copy) => this.whileNobodyWrites(COPYING, copy),
      onRefused: (cause) => this.refuseFromNow(cause),
      onUnable: () => opened.database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINTS_OF_SQLITE}`),
    });
  }

  /** Copies into the file what was committed, beside the event loop. */
  checkpoint(): void {
    this.checkpoints.now();
  }

  read<T>(query: () => T): T {
    this.assertThere();
    try {
      return query();
    } catch (cause) {
      throw this.explain(cause, 'read');
    }
  }

  /** Runs in a transaction that it shares with others of this turn. */
  write<T>(run: () => T): Promise<T> {
    return this.queue.add(() => {
      this.groups.forget();
      return run();
    });
  }

  /** As {@link SqliteAccess.write}, for those who tell themselves in which groups entries wait now. */
  writeEntries<T>(run: () => T, size: { rows: number; bytes: number }): Promise<T> {
    return this.queue.add(run, size);
  }

  /** For what may make something due in other processes too. */
  writeAndWake<T>(run: () => T): Promise<T> {
    return this.write(() => {
      this.others.concern();
      return run();
    });
  }

  /** As {@link SqliteAccess.writeEntries}, by {@link WriteQueue.addNow}. */
  writeNow<T>(run: () => T): Promise<T> {
    return this.queue.addNow(run);
  }

  /**
   * Resolves once what this process has committed survives a power cut; `undefined` where it does, or is not to.
   *
   * @param isUrgent whether somebody waits for it.
   */
  onDisk(isUrgent = true): Promise<void> | undefined {
    if (!this.disk?.isUnderWay) return undefined;
    return new Promise((resolve, reject) => this.whenOnDisk(resolve, reject, isUrgent));
  }

  /** What another connection of this process works on, by {@link SqliteAccess.whileNobodyWrites}: an error that says so. */
  get held(): SchedulerUnavailableError | undefined {
    return this.queue.held;
  }

  /** Another connection of this process has committed entries. Resolves once they are on the disk. */
  committed(): Promise<void> {
    this.groups.forget();
    this.others.concern();
    this.others.afterCommit();
    return new Promise((resolve, reject) => this.whenOnDisk(resolve, reject, true));
  }

  /**
   * Another connection of this process works on the file: to write meanwhile would only block the event loop.
   *
   * @param why what those are told who wait for too long.
   */
  async whileNobodyWrites<T>(why: string, work: () => Promise<T>): Promise<T> {
    this.queue.hold(why);
    try {
      return await work();
    } finally {
      this.queue.letGo(why);
      this.checkpoints.look();
    }
  }

  /**
   * SQLite goes on writing into a file that is deleted: what it acknowledges then is lost. And in one that is damaged it
   * would do more damage.
   */
  assertThere(): void {
    if (this.damage) throw this.damage;
    if (!this.opened.isGone()) return;
    throw new SchedulerUnavailableError(
      `${this.opened.file} was deleted or replaced while it was open: restart the app to open the one that is there.`,
    );
  }

  /** What a caller gets for what went wrong. */
  explain(cause: unknown, done: 'read' | 'written'): unknown {
    if (!isSqliteError(cause)) return cause;
    const { message } = cause as Error;
    if (!isDamaged(cause) && !isNoDatabase(cause))
      return new SchedulerUnavailableError(`The SQLite file could not be ${done}: ${message}.`, { cause });
    const { file } = this.opened;
    this.damage ??= new SchedulerUnavailableError(
      `${file} is damaged (${message}), and is left as it is from now on: put a backup in its place, or move it away to ` +
        `begin anew, ${basename(file)}-wal and ${basename(file)}-shm with it, and restart the app.`,
      { cause },
    );
    return this.damage;
  }

  /** Where the file can be trusted no more. Anything else meets the next writes too, or is over by then. */
  private refuseFromNow(cause: unknown): void {
    if (isFailedSync(cause)) this.lose(cause);
    else this.explain(cause, 'written');
  }

  private whenOnDisk(done: () => void, failed: (error: unknown) => void, isUrgent: boolean): void {
    if (!this.disk) return done();
    this.disk.after(done, (cause) => failed(this.lose(cause)), isUrgent);
  }

  /** The system may have dropped what it could not write, and take the next sync for a success: nothing can be trusted any more. */
  private lose(cause: unknown): SchedulerUnavailableError {
    this.damage ??= new SchedulerUnavailableError(
      `${this.opened.file} could not be brought to the disk (${messageOf(cause)}): nothing more is written to it. Look after ` +
        'the disk, and restart the app.',
      { cause },
    );
    return this.damage;
  }

  /** Writes what is left, and takes no more. */
  async close(): Promise<void> {
    await this.queue.close();
    await this.disk?.close();
    await this.checkpoints.close();
    this.opened.database.close();
  }
}
