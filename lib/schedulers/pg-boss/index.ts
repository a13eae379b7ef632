export { MissingDriverError } from '../../scheduling/missing-driver.error.js';
export { UnusableSchemaError } from './installation.js';
export { JobTransaction } from './job-transaction.js';
export { migratePgBossSchema } from './migrate.js';
export type { PgBossSchedulerOptions, PgBossTuning } from './pg-boss.options.js';
export { pgBossScheduler } from './pg-boss.scheduler.js';
