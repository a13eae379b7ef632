// A code block of docs/writing-a-scheduler.md: the kit under node:test, which waits for its promises itself.
/* oxlint-disable typescript/no-floating-promises */
import { describe, it } from 'node:test';
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { TimerScheduler } from './timer.scheduler.js';

const subject: ConformanceSubject = {
  name: 'TimerScheduler',
  capabilities: ['delay', 'cancel'],
  setUp: () => ({ scheduler: () => TimerScheduler }),
};

// #region node-test
describe(subject.name, () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    it(name, { skip: skip ?? false }, run);
  }
});
// #endregion
