import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchedulerFactory } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { onTestFinished } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { startRedis } from '../../support/redis.js';

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'jobs.db');
}

/** Each durable one, with a store that nobody else uses. */
export const SCHEDULERS: [string, () => Promise<SchedulerFactory>][] = [
  ['SqliteScheduler', async () => sqliteScheduler({ file: freshFile() })],
  ['PgBossScheduler', async () => pgBossScheduler({ connectionString: await createDatabase() })],
  // On a server of its own: what lies there would slow down all that comes after.
  ['BullMqScheduler', async () => bullMqScheduler({ connection: (await startRedis()).url })],
];
