export { MissingDriverError } from '../../scheduling/missing-driver.error.js';
export type { BullMqConnection, BullMqSchedulerOptions } from './bullmq.options.js';
export { bullMqScheduler } from './bullmq.scheduler.js';
