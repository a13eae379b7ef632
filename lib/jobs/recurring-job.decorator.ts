import 'reflect-metadata';
import type { RecurringSchedule } from '../scheduling/recurring-schedule.js';

const RECURRING_JOB = 'eventflow-jobs:recurring';

export interface RecurringDeclaration {
  readonly id: string;
  readonly schedule: RecurringSchedule;
}

/**
 * Runs a job or command class again and again. The class must need no constructor arguments. A declaration that
 * changes takes effect at the next start; one that is removed goes away.
 *
 * @param id unique in the app.
 * @publicApi
 */
export function RecurringJob(id: string, schedule: RecurringSchedule): ClassDecorator {
  return (target) => Reflect.defineMetadata(RECURRING_JOB, { id, schedule }, target);
}

export function declaredRecurring(type: object): RecurringDeclaration | undefined {
  return Reflect.getOwnMetadata(RECURRING_JOB, type) as RecurringDeclaration | undefined;
}
