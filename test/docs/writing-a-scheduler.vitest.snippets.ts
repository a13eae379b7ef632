// A code block of docs/writing-a-scheduler.md: the kit under vitest.
// #region vitest
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, it } from 'vitest';
import { TimerScheduler } from './timer.scheduler.js';

const subject: ConformanceSubject = {
  name: 'TimerScheduler',
  capabilities: ['delay', 'cancel'],
  setUp: () => ({ scheduler: () => TimerScheduler }),
};

describe(subject.name, () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    it.skipIf(skip !== undefined)(name, run, 20_000);
  }
});
// #endregion
