export { UnusableStoreError } from './sqlite-errors.js';
export type { SqliteSchedulerOptions, SqliteTuning } from './sqlite.options.js';
export { sqliteScheduler } from './sqlite.scheduler.js';
