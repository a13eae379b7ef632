import { type Job, type JobContext, JobVersion } from 'nestjs-eventflow-jobs';
import { type PgBossSchedulerOptions, pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import type pg from 'pg';
import { onTestFinished } from 'vitest';
import { type TestApp, startApp } from '../../../support/app.js';
import { createPool } from '../../../support/postgres.js';

/** What ran here, in order: every test starts with none of it. */
export const ran: string[] = [];
/** What a job of this text does. */
export const behaviours = new Map<string, (context: JobContext) => Promise<void> | void>();

export function forget(): void {
  ran.length = 0;
  behaviours.clear();
}

@JobVersion('Note', 1)
export class NoteJob implements Job {
  constructor(readonly text: string) {}

  async execute(context: JobContext): Promise<void> {
    ran.push(this.text);
    await behaviours.get(this.text)?.(context);
  }
}

export function startOn(
  options: PgBossSchedulerOptions,
  more: Parameters<typeof startApp>[0] = {},
  metadata: Parameters<typeof startApp>[1] = {},
): Promise<TestApp> {
  return startApp({ jobs: [NoteJob], scheduler: pgBossScheduler(options), ...more }, metadata);
}

/** A pool of the test's own. */
export function openPool(connectionString: string): pg.Pool {
  const pool = createPool(connectionString, { max: 5 });
  onTestFinished(() => pool.end());
  return pool;
}

export async function withOrders(pool: pg.Pool): Promise<() => Promise<string[]>> {
  await pool.query('CREATE TABLE orders (text text PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)');
  return async () => {
    const { rows } = await pool.query<{ text: string }>('SELECT text FROM orders ORDER BY text');
    return rows.map(({ text }) => text);
  };
}
