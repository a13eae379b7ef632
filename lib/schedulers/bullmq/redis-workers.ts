import { randomUUID } from 'node:crypto';
import type { Claims } from '../../engine/shared-store.js';
import { WORKER_LOST } from '../../engine/shared-store.js';
import type { StoredKind } from '../../jobs/job-mapper.js';
import type { WorkerEntry } from '../../scheduling/job-entry.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import { type WorkerAbout, aboutFrom } from '../../worker/worker-about.js';
import { type EntryFields, kindOf, toEntry } from './entry-fields.js';
import type { RedisAccess } from './redis-access.js';

/** Of so many looks for what dead workers left, one is at all that runs: it costs the more the more that is. */
const THOROUGH = 10;

/** The workers on this store: each has a place that it renews, and loses its entries when it does not. */
export class RedisWorkers {
  /** Of this process, while it works. */
  id: string | undefined;
  private declared: readonly string[] = [];
  private burials = 0;
  /** Before this time nobody could show that he lives, which is not to be taken for his end. By the server's clock. */
  private heardSince: number;

  constructor(
    private readonly access: RedisAccess,
    /** In ms. */
    private readonly lease: number,
    private readonly kindsHere: () => readonly StoredKind[],
    /** By the server's clock. */
    private readonly now: () => number,
    /** When the server was started, by its own clock. */
    serverStart: number,
  ) {
    this.heardSince = serverStart;
  }

  async register(about: WorkerAbout): Promise<void> {
    const id = randomUUID();
    const kinds = this.kindsHere().map(kindOf);
    const args = [id, this.lease, JSON.stringify(about), kinds.length, ...kinds, ...this.declared];
    const silence = await this.access.work<string>('register', args);
    this.id = id;
    // Where nobody was heard for so long, the server may have been away, which ends nobody's lease.
    if (Number(silence) > this.lease / 2) this.heardSince = this.now();
  }

  /** For people who look for them. */
  async living(): Promise<WorkerEntry[]> {
    const rows = await this.access.run<[string, string, string, string, number][]>('livingWorkers');
    return rows.map(([id, since, seen, about, running]) => ({
      id,
      ...aboutFrom(about),
      isHere: id === this.id,
      startedAt: new Date(Number(since)),
      seenAt: new Date(Number(seen)),
      running,
    }));
  }

  /** The recurring jobs that this process declares: also when it takes a new place later. */
  async declare(ids: readonly string[]): Promise<void> {
    this.declared = ids;
    if (this.id !== undefined) await this.access.run('declare', [this.id, ...ids]);
  }

  /** Where it has no place yet, it takes them along. */
  declareToo(id: string): void {
    if (!this.declared.includes(id)) this.declared = [...this.declared, id];
  }

  async renew(): Promise<boolean> {
    return (await this.access.work<number>('renew', [this.id ?? ''])) === 1;
  }

  async unregister(): Promise<void> {
    const { id } = this;
    this.id = undefined;
    if (id !== undefined) await this.access.work('unregister', [id]);
  }

  async bury(): Promise<{ waiting: number; ended: StoredEntry[] }> {
    const [waiting, ...ended] = await this.access.work<[number, ...EntryFields[]]>('bury', [
      this.heardSince,
      WORKER_LOST.name,
      WORKER_LOST.message,
      this.burials++ % THOROUGH === 0 ? 1 : 0,
    ]);
    return { waiting, ended: ended.map(toEntry) };
  }

  /** Claims whose attempts never began, and so do not count. */
  async giveBack(claims: readonly { id: string; claim: number }[]): Promise<void> {
    await this.access.work(
      'giveBack',
      claims.flatMap(({ id, claim }) => [id, claim]),
    );
  }

  async claims(): Promise<Claims> {
    const rows = await this.access.work<[string, string, string, string][]>('claims', [this.id ?? '']);
    return new Map(
      rows.map(([id, claim, cancel, age]) => [
        id,
        { claim: Number(claim), isStopping: cancel !== '', age: Number(age) },
      ]),
    );
  }
}
