import { randomUUID } from 'node:crypto';
import type { JobId } from '../../../jobs/job-id.js';
import type { SqliteEntries } from './sqlite-entries.js';
import type { SqliteStatements } from './sqlite-statements.js';
import { WorkerLock } from './worker-lock.js';

interface DeadWorker {
  readonly id: number;
  readonly token: string;
}

/** The workers that have the file open: each has a row with its lease, and a lock that falls with its process. */
export class SqliteWorkers {
  /** Of this process, while it works. */
  id: number | undefined;
  private lock: WorkerLock | undefined;

  constructor(
    private readonly sql: SqliteStatements,
    private readonly entries: SqliteEntries,
    private readonly file: string,
    private readonly lease: number,
  ) {}

  /** To be done before anybody can see the row: a row without a held lock is a dead worker. */
  async takeLock(): Promise<string> {
    const token = randomUUID();
    this.lock = await WorkerLock.hold(this.lockFile(token));
    return token;
  }

  /** Called within a transaction. */
  register(token: string, now: number): void {
    this.sql.run(
      'INSERT INTO eventflow_jobs_workers (token, lease_until, working_since) VALUES (?, ?, ?)',
      token,
      now + this.lease,
      now,
    );
    this.id = this.sql.get<{ id: number }>('SELECT last_insert_rowid() AS id')!.id;
  }

  /** Since when somebody has been there to see the ticks of recurring jobs. */
  workingSince(): number | undefined {
    const row = this.sql.get<{ since: number | null }>(
      'SELECT min(working_since) AS since FROM eventflow_jobs_workers',
    );
    return row?.since ?? undefined;
  }

  /** @returns whether the lease still stood: if not, others have taken this worker's entries. */
  renew(now: number): boolean {
    return (
      this.sql.run(
        'UPDATE eventflow_jobs_workers SET lease_until = ? WHERE id = ?',
        now + this.lease,
        this.id!,
      ) > 0
    );
  }

  unregister(now: number): void {
    if (this.id === undefined) return;
    this.entries.giveBack(this.id, now);
    this.sql.run('DELETE FROM eventflow_jobs_workers WHERE id = ?', this.id);
  }

  releaseLock(): void {
    this.lock?.release();
    this.lock = undefined;
    this.id = undefined;
  }

  /** The workers whose lease has run out, or whose process is gone. */
  async findDead(now: number): Promise<DeadWorker[]> {
    const others = this.sql.all<DeadWorker & { lease_until: number }>(
      'SELECT id, token, lease_until FROM eventflow_jobs_workers WHERE id IS NOT ?',
      this.id ?? null,
    );
    const dead = await Promise.all(
      others.map(
        async (one) => one.lease_until < now || !(await WorkerLock.isHeld(this.lockFile(one.token))),
      ),
    );
    return others.filter((_, index) => dead[index]);
  }

  /** Gives a dead worker's entries back. Called within a transaction; another process may have been faster. */
  bury({ id, token }: DeadWorker, now: number): number {
    const given = this.entries.giveBack(id, now);
    this.sql.run('DELETE FROM eventflow_jobs_workers WHERE id = ?', id);
    WorkerLock.remove(this.lockFile(token));
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

  private lockFile(token: string): string {
    return `${this.file}-worker-${token}`;
  }
}
