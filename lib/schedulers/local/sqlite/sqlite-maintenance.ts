import { LineLogger } from '../../../jobs/line.logger.js';
import { toError } from '../../../jobs/thrown.js';
import type { StoredEntry } from '../../../scheduling/stored-entry.js';
import type { Knows } from '../../../engine/entry-store.js';
import { Lease } from '../../../engine/lease.js';
import type { SqliteStore } from './sqlite.store.js';

const EVERY = 1_000;
/** Parked entries wait for at most this many rounds for a process that has come to know them. */
const RELEASE_ROUNDS = 2;
/** A step is short, since it blocks the event loop; it is repeated while there is more, and a part of each round. */
const PRUNED_AT_ONCE = 200;
const PAGES_AT_ONCE = 20;
const PRUNING_TIME = 500;
/** In ms: the rest in the next round, lest the lease of this worker itself runs out. */
const GIVING_BACK_TIME = 500;

export interface Retention {
  /** In ms. */
  readonly age: number;
  readonly count: number;
}

/** What a working process does once a second: shows that it lives, and looks after what others left. */
export class SqliteMaintenance {
  private readonly logger = new LineLogger('SqliteScheduler');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private round = 0;
  /** Why the last round was, if it was. */
  private leftOut: string | undefined;

  constructor(
    private readonly store: SqliteStore,
    private readonly knows: Knows,
    private readonly retention: Retention,
    private readonly lease: Lease,
    private readonly onChange: () => void,
    private readonly onLost: () => Promise<void>,
    /** An entry ended with the worker that ran it. */
    private readonly onEnded: (entry: StoredEntry) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.now(), EVERY);
  }

  /** A round at once, unless one is under way. */
  now(): void {
    if (this.timer) this.running ??= this.once().finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.running;
  }

  /** Gives back what dead workers left, as much as can be in one round. */
  async bury(): Promise<void> {
    const dead = await this.store.workers.findDead(Date.now());
    if (dead.length === 0) return;
    const end = performance.now() + GIVING_BACK_TIME;
    let waiting = 0;
    try {
      for (const worker of dead) {
        for (let isMore = true; isMore && performance.now() < end;) {
          const given = await this.store.access.writeAndWake(() =>
            this.store.workers.bury(worker, Date.now()),
          );
          for (const entry of given.ended) this.onEnded(entry);
          waiting += given.waiting;
          isMore = given.isMore;
        }
      }
    } finally {
      if (waiting > 0) this.logger.warn(`${waiting} entries of a worker that is gone wait again.`);
      this.onChange();
    }
  }

  private async once(): Promise<void> {
    try {
      const sent = Lease.now();
      if (!(await this.store.access.write(() => this.store.workers.renew(Date.now())))) {
        this.lease.lost();
        await this.onLost();
      }
      const wasOver = !this.lease.holds;
      this.lease.renewed(sent);
      if (wasOver) this.onChange();
      await this.bury();
      this.lookForMissed();
      if (this.round++ % RELEASE_ROUNDS === 0 && this.store.counts().parked > 0) {
        if ((await this.store.release(this.knows, ['unknown'])) > 0) this.onChange();
      }
      await this.store.access.write(() => this.store.recurringJobs.sweep(Date.now()));
      await this.prune();
      this.leftOut = undefined;
    } catch (error) {
      const { message } = toError(error);
      // It comes again every second, for as long as the reason lasts.
      if (message !== this.leftOut) this.logger.warn(`A round of maintenance was left out: ${message}`);
      this.leftOut = message;
    }
  }

  /** A process that is killed between a commit and the word of it has told nobody: then this is how they learn. */
  private lookForMissed(): void {
    const earliest = this.store.earliest();
    if (earliest !== undefined && earliest <= Date.now() + EVERY) this.onChange();
  }

  private async prune(): Promise<void> {
    const end = performance.now() + PRUNING_TIME;
    while (performance.now() < end) {
      const { succeeded, failed, cancelled } = this.store.counts();
      const surplus = succeeded + failed + cancelled - this.retention.count;
      const [isMore, surplusPages] = await this.store.access.write(() => [
        this.store.growth.prune(Date.now() - this.retention.age, surplus, PRUNED_AT_ONCE),
        this.store.growth.shrink(PAGES_AT_ONCE),
      ]);
      if (!isMore && surplusPages === 0) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // On a file where little happens none would come for long.
    if (this.store.growth.takeShrunk()) this.store.access.checkpoint();
  }
}
