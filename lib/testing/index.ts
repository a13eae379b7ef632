export { TestJobScheduler } from './test-job.scheduler.js';
