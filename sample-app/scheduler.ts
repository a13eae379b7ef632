import { type SchedulerFactory, inProcessScheduler } from 'nestjs-eventflow-jobs';

/** The one place that says which scheduler the app runs on. */
export function chooseScheduler(): SchedulerFactory {
  return inProcessScheduler();
}
