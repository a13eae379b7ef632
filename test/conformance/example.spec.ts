import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, it } from 'vitest';
import { TimerScheduler } from '../docs/timer.scheduler.js';

const subject: ConformanceSubject = {
  name: 'TimerScheduler',
  capabilities: ['delay', 'cancel'],
  setUp: () => ({ scheduler: () => TimerScheduler }),
};

describe('the example of docs/writing-a-scheduler.md', () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    it.skipIf(skip !== undefined)(name, run);
  }
});
