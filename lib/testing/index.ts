export { jobSchedulerConformance } from './conformance/conformance.js';
export type { ConformanceCase, ConformanceStore, ConformanceSubject } from './conformance/subject.js';
export { TestJobScheduler } from './test-job.scheduler.js';
