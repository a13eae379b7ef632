import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SchedulerFactory, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { afterAll } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { createPrefix } from '../../support/redis.js';

export interface Engine {
  readonly name: string;
  /** To be called outside of a test. */
  scheduler(): Promise<SchedulerFactory>;
}

/** What the dashboard is tried on, each with a store that nobody else uses. */
export const ENGINES: readonly Engine[] = [
  { name: 'in process', scheduler: async () => inProcessScheduler() },
  {
    name: 'SQLite',
    async scheduler() {
      const folder = mkdtempSync(join(tmpdir(), 'eventflow-dashboard-'));
      afterAll(() => rmSync(folder, { recursive: true, force: true }));
      return sqliteScheduler({ file: join(folder, 'jobs.db') });
    },
  },
  {
    name: 'pg-boss',
    scheduler: async () => pgBossScheduler({ connectionString: await createDatabase() }),
  },
  { name: 'BullMQ', scheduler: async () => bullMqScheduler(await createPrefix()) },
];
