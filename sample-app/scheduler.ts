import type { DatabaseSync } from 'node:sqlite';
import type { SchedulerFactory } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';

/** The one place that says which scheduler the app runs on: one that keeps its entries beside the orders. */
export function chooseScheduler(database: DatabaseSync): SchedulerFactory {
  return sqliteScheduler({ database });
}
