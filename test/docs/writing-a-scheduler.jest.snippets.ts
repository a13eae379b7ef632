// A code block of docs/writing-a-scheduler.md: the kit under jest, whose functions are global.
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { TimerScheduler } from './timer.scheduler.js';

type Test = (name: string, run: () => Promise<void>, timeout?: number) => void;
declare const describe: (name: string, define: () => void) => void;
declare const it: Test & { readonly skip: Test };

const subject: ConformanceSubject = {
  name: 'TimerScheduler',
  capabilities: ['delay', 'cancel'],
  setUp: () => ({ scheduler: () => TimerScheduler }),
};

// #region jest
describe(subject.name, () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    (skip === undefined ? it : it.skip)(name, run, 20_000);
  }
});
// #endregion
