export { EventFlowJobsModule } from './eventflow-jobs.module.js';
export type {
  EventFlowJobsModuleAsyncOptions,
  EventFlowJobsModuleOptions,
  EventFlowJobsOptionsFactory,
} from './eventflow-jobs.options.js';
export { EventFlowJobsError } from './eventflow-jobs.error.js';

export type { JobId } from './jobs/job-id.js';
export type { Job } from './jobs/job.interface.js';
export type { JobContext } from './jobs/job-context.interface.js';
export type { EntryToSchedule, JobInterceptor } from './jobs/job-interceptor.interface.js';
export type { Definition, VersionOptions } from './jobs/definition.js';
export type { BackoffOptions, JobPolicyOptions } from './jobs/job-policy.js';
export { CommandVersion, JobVersion } from './jobs/version.decorators.js';
export { JobPolicy } from './jobs/job-policy.decorator.js';
export { RecurringJob } from './jobs/recurring-job.decorator.js';
export { JobDefinitions } from './jobs/job-definitions.js';
export { JobAsyncContext } from './jobs/job-async-context.js';
export { type JobEvent, type JobEventType, JobEvents } from './jobs/job-event.js';
export { JobFailedEvent } from './jobs/job-failed.event.js';
export {
  DiscardJobError,
  JobCancelledError,
  JobDefinitionError,
  JobNotRegisteredError,
  JobTimeoutError,
  SnoozeJobError,
  UnknownJobError,
  WorkerStoppedError,
} from './jobs/jobs.errors.js';

export { CancelScheduledCommand } from './commands/cancel-scheduled.command.js';
export { CommandDefinitions } from './commands/command-definitions.js';
export { CommandScheduler } from './commands/command.scheduler.js';
export { PublishCommandJob } from './commands/publish-command.job.js';
export { ScheduleCommand } from './commands/schedule.command.js';

export { JobValue, type JobValueConversion } from './serialization/job-value.decorator.js';
export { JobSerializationError } from './serialization/job-serialization.error.js';

export type { Capability } from './scheduling/capability.js';
export { type Duration, toMilliseconds } from './scheduling/duration.js';
export { InvalidScheduleError } from './scheduling/invalid-schedule.error.js';
export type {
  IdOrKey,
  JobEntry,
  JobExplanation,
  JobFailure,
  JobPage,
  JobState,
  ListFilter,
  ListOrder,
  QueueEntry,
  RecurringEntry,
  WorkerEntry,
} from './scheduling/job-entry.js';
export {
  JobsHealthIndicator,
  type JobsHealthOptions,
  type JobsHealthResult,
} from './health/jobs-health.indicator.js';
export { JobScheduler } from './scheduling/job-scheduler.js';
export type { RecurringSchedule } from './scheduling/recurring-schedule.js';
export type { ScheduleEntry, ScheduleOptions } from './scheduling/schedule-options.js';
export type { SchedulerFactory } from './scheduling/scheduler-factory.js';
export {
  DuplicateJobKeyError,
  SchedulerUnavailableError,
  UnsupportedOperationError,
} from './scheduling/scheduling.errors.js';
export type { QueueOptions, WorkerOptions } from './scheduling/worker-options.js';
export { JobWorker } from './worker/job-worker.js';

export { instantScheduler } from './schedulers/instant/instant.scheduler.js';
export { inProcessScheduler } from './schedulers/local/in-process.scheduler.js';

// For those who write a scheduler of their own.
export { Attempt } from './jobs/attempt.js';
export { type Clock, SystemClock } from './jobs/clock.js';
export type { AttemptResult, Outcome } from './jobs/outcome.js';
export type { StoredJob } from './jobs/stored-job.js';
export type { Obstacles } from './scheduling/explanation.js';
export type { ListQuery } from './scheduling/queries.js';
export type { NewRecurring, StoredRecurring } from './scheduling/recurring.js';
export type { SchedulerCore } from './scheduling/scheduler-core.js';
export type {
  Adoption,
  EntryRef,
  InsertResult,
  NewEntry,
  StoredEntry,
  StoredError,
} from './scheduling/stored-entry.js';
