import { DatabaseSync } from 'node:sqlite';
import type { SchedulerFactory } from 'nestjs-eventflow-jobs';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import type { Database } from './database/database.js';

/** The one place that says which scheduler the app runs on: one that keeps its entries beside the orders. */
export function chooseScheduler(database: Database): SchedulerFactory {
  return database instanceof DatabaseSync
    ? sqliteScheduler({ database })
    : pgBossScheduler({ pool: database });
}
