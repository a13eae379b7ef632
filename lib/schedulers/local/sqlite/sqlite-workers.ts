import { randomUUID } from 'node:crypto';
import type { JobId } from '../../../jobs/job-id.js';
import type { WorkerEntry } from '../../../scheduling/job-entry.js';
import { type WorkerAbout, aboutFrom } from '../../../worker/worker-about.js';
import type { GivenBack, SqliteAttempts } from './sqlite-attempts.js';
import type { SqliteCounts, WorkerTally } from './sqlite-counts.js';
import type { SqliteStatements } from './sqlite-statements.js';
import { WorkerLock } from './worker-lock.js';

/** Instead of the end of its lease, while what a dead worker holds is being given back: it has no place any more. */
const BURIED = 0;

const NOTHING: GivenBack = { waiting: 0, ended: [], isMore: false };

interface DeadWorker {
  readonly id: number;
  readonly token: string;
  readonly lease_until: number;
}

interface LivingRow {
  readonly id: number;
  readonly lease_until: number;
  readonly working_since: number;
  readonly about: string | null;
  readonly running: number;
}

interface Place {
  readonly id: number;
  /** The recurring jobs that it declares. */
  readonly declared: readonly string[];
}

/** What stands in its row for the time after it: which entries it holds, and what it has counted. */
interface Estate {
  readonly held: string | null;
  readonly tally: string | null;
}

/** The workers that have the file open: each has a row with its lease, and a lock that falls with its process. */
export class SqliteWorkers {
  /** Of this process, while it works. */
  id: number | undefined;
  private lock: WorkerLock | undefined;
  private declared: readonly string[] = [];
  /** Workers that live but did not renew, by the lease that ran out. */
  private suspects = new Map<number, number>();

  constructor(
    private readonly sql: SqliteStatements,
    private readonly attempts: SqliteAttempts,
    private readonly counts: SqliteCounts,
    private readonly tally: WorkerTally,
    private readonly file: string,
    private readonly lease: number,
  ) {}

  /** To be done before anybody can see the row: a row without a held lock is a dead worker. */
  async takeLock(): Promise<string> {
    const token = randomUUID();
    this.lock = await WorkerLock.hold(this.lockFile(token));
    return token;
  }

  /** Called within a transaction. @returns the place, to be {@link SqliteWorkers.take taken} once that is committed. */
  register(token: string, about: WorkerAbout | undefined, now: number): Place {
    this.sql.run(
      `INSERT INTO eventflow_jobs_workers (token, lease_until, working_since, declared, about, held, tally)
        VALUES (?, ?, ?, ?, ?, '[]', '[]')`,
      token,
      now + this.lease,
      now,
      JSON.stringify(this.declared),
      JSON.stringify(about),
    );
    const { id } = this.sql.get<{ id: number }>('SELECT last_insert_rowid() AS id')!;
    return { id, declared: this.declared };
  }

  /**
   * Of a transaction that was undone, the place goes to the next who asks for one.
   *
   * @returns whether all that is declared stands in it.
   */
  take({ id, declared }: Place): boolean {
    this.id = id;
    this.tally.reset();
    return declared === this.declared;
  }

  declareAll(): void {
    this.declare(this.declared);
  }

  /** Which entries it holds by now, for those who may have to give them back, and what it has counted. */
  note(held: readonly number[], tally: readonly number[]): void {
    this.sql.run(
      'UPDATE eventflow_jobs_workers SET held = ?, tally = ? WHERE id = ?',
      JSON.stringify(held),
      JSON.stringify(tally),
      this.id!,
    );
  }

  /** The recurring jobs that this process declares: also when it takes a new place later. */
  declare(ids: readonly string[]): void {
    this.declared = ids;
    if (this.id === undefined) return;
    this.sql.run('UPDATE eventflow_jobs_workers SET declared = ? WHERE id = ?', JSON.stringify(ids), this.id);
  }

  /** One more, beside those declared so far. */
  declareToo(id: string): void {
    if (!this.declared.includes(id)) this.declare([...this.declared, id]);
  }

  /** Whether nobody has taken this worker for dead. */
  get hasPlace(): boolean {
    return (
      this.id !== undefined &&
      this.sql.get(
        `SELECT 1 FROM eventflow_jobs_workers WHERE id = ? AND lease_until > ${BURIED}`,
        this.id,
      ) !== undefined
    );
  }

  /** Since when somebody has been there to see the ticks of recurring jobs. */
  workingSince(): number | undefined {
    const row = this.sql.get<{ since: number | null }>(
      'SELECT min(working_since) AS since FROM eventflow_jobs_workers',
    );
    return row?.since ?? undefined;
  }

  /** For people who look for them. */
  living(now: number): WorkerEntry[] {
    const rows = this.sql.all<LivingRow>(
      `SELECT id, lease_until, working_since, about, json_array_length(coalesce(held, '[]')) AS running
        FROM eventflow_jobs_workers WHERE lease_until >= ?`,
      now,
    );
    return rows.map(({ id, lease_until, working_since, about, running }) => ({
      id: String(id),
      ...aboutFrom(about),
      isHere: id === this.id,
      startedAt: new Date(working_since),
      seenAt: new Date(lease_until - this.lease),
      running,
    }));
  }

  /** @returns whether the lease still stood: if not, others have taken this worker's entries. */
  renew(now: number): boolean {
    if (this.id === undefined) return false;
    return (
      this.sql.run(
        `UPDATE eventflow_jobs_workers SET lease_until = ? WHERE id = ? AND lease_until > ${BURIED}`,
        now + this.lease,
        this.id,
      ) > 0
    );
  }

  /** @returns whether it is to be done once more, in another transaction. */
  unregister(now: number): boolean {
    return this.id !== undefined && this.remove(this.id, now).isMore;
  }

  releaseLock(): void {
    this.lock?.release();
    this.lock = undefined;
    this.id = undefined;
  }

  /**
   * The workers whose process is gone, and those that live but let their lease run out and did not renew it since we
   * saw that: after an outage, or the sleep of the machine, all leases have run out, and the first to look would take
   * what the others are about to renew.
   */
  async findDead(now: number): Promise<DeadWorker[]> {
    const others = this.sql.all<DeadWorker>(
      'SELECT id, token, lease_until FROM eventflow_jobs_workers WHERE id IS NOT ?',
      this.id ?? null,
    );
    const lives = await Promise.all(others.map(({ token }) => WorkerLock.isHeld(this.lockFile(token))));
    const { suspects } = this;
    this.suspects = new Map(
      others.filter((one) => one.lease_until < now).map((one) => [one.id, one.lease_until]),
    );
    return others.filter(
      ({ id, lease_until }, index) =>
        !lives[index] || lease_until === BURIED || suspects.get(id) === lease_until,
    );
  }

  /**
   * Gives a dead worker's entries back, as many as may be at once. Called within a transaction; another process may have
   * been faster, or the worker itself.
   */
  bury({ id, token, lease_until }: DeadWorker, now: number): GivenBack {
    const still = this.sql.get(
      `SELECT 1 FROM eventflow_jobs_workers WHERE id = ? AND lease_until IN (?, ${BURIED})`,
      id,
      lease_until,
    );
    if (!still) return NOTHING;
    const given = this.remove(id, now);
    if (!given.isMore) WorkerLock.remove(this.lockFile(token));
    return given;
  }

  /** Entries that run here and were cancelled elsewhere. */
  stopping(): JobId[] {
    if (this.id === undefined) return [];
    return this.sql
      .all<{ id: string }>(
        'SELECT id FROM eventflow_jobs_entries WHERE owner = ? AND cancel_requested IS NOT NULL',
        this.id,
      )
      .map(({ id }) => id);
  }

  /** What it holds waits again, and what it has counted counts for all. */
  private remove(id: number, now: number): GivenBack {
    const estate = this.sql.get<Estate>('SELECT held, tally FROM eventflow_jobs_workers WHERE id = ?', id);
    if (!estate) return NOTHING;
    const given = this.attempts.giveBack(id, estate.held, now);
    if (given.isMore) {
      this.sql.run(`UPDATE eventflow_jobs_workers SET lease_until = ${BURIED} WHERE id = ?`, id);
      return given;
    }
    this.counts.take(JSON.parse(estate.tally ?? '[]') as number[]);
    this.sql.run('DELETE FROM eventflow_jobs_workers WHERE id = ?', id);
    return given;
  }

  private lockFile(token: string): string {
    return `${this.file}-worker-${token}`;
  }
}
