/** What every scheduler works with, {@link SchedulerCore}. */
export const SCHEDULER_CORE = Symbol('SCHEDULER_CORE');
