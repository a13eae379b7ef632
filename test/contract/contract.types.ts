/**
 * Says that the package satisfies `contract.d.ts`: it compiles, or it does not. Nothing here runs.
 *
 * What users get must be assignable to what the contract promises; what users pass must be taken where the contract
 * lets them pass it.
 */
import type * as ours from 'nestjs-eventflow-jobs';
import type { OpenTelemetryJobInterceptor } from 'nestjs-eventflow-jobs/opentelemetry';
import type * as testing from 'nestjs-eventflow-jobs/testing';
import type * as contract from './contract.js';

/** What is given out: at least what was promised. */
type Gives<Promised, Ours extends Promised> = Ours;
/** What is taken in: whatever was promised to be taken. */
type Takes<Ours, Promised extends Ours> = Promised;
type StaticsOf<T> = { [K in keyof T]: T[K] };

export type Given = [
  Gives<contract.JobId, ours.JobId>,
  Gives<contract.JobContext, ours.JobContext>,
  Gives<contract.JobEntry, ours.JobEntry>,
  Gives<contract.JobPage, ours.JobPage>,
  Gives<contract.RecurringEntry, ours.RecurringEntry>,
  Gives<contract.JobState, ours.JobState>,
  Gives<contract.Definition, ours.Definition>,
  Gives<contract.JobEvent, ours.JobEvent>,
  Gives<contract.JobEvents, ours.JobEvents>,
  Gives<contract.JobFailedEvent, ours.JobFailedEvent>,
  Gives<contract.JobDefinitions, ours.JobDefinitions>,
  Gives<contract.CommandDefinitions, ours.CommandDefinitions>,
  Gives<contract.JobScheduler, ours.JobScheduler>,
  Gives<contract.CommandScheduler, ours.CommandScheduler>,
  Gives<contract.PublishCommandJob, ours.PublishCommandJob>,
  Gives<StaticsOf<typeof contract.PublishCommandJob>, StaticsOf<typeof ours.PublishCommandJob>>,
  Gives<contract.SchedulerFactory, ours.SchedulerFactory>,
  Gives<contract.JobWorker, ours.JobWorker>,
  Gives<contract.TestJobScheduler, testing.TestJobScheduler>,
  Gives<contract.JobInterceptor, OpenTelemetryJobInterceptor>,
  Gives<typeof contract.instantScheduler, typeof ours.instantScheduler>,
  Gives<typeof contract.inProcessScheduler, typeof ours.inProcessScheduler>,
  Gives<typeof contract.JobVersion, typeof ours.JobVersion>,
  Gives<typeof contract.CommandVersion, typeof ours.CommandVersion>,
  Gives<typeof contract.JobValue, typeof ours.JobValue>,
  Gives<typeof contract.JobPolicy, typeof ours.JobPolicy>,
  Gives<typeof contract.RecurringJob, typeof ours.RecurringJob>,
  Gives<typeof contract.ScheduleCommand, typeof ours.ScheduleCommand>,
  Gives<typeof contract.CancelScheduledCommand, typeof ours.CancelScheduledCommand>,
  Gives<typeof contract.DiscardJobError, typeof ours.DiscardJobError>,
  Gives<typeof contract.SnoozeJobError, typeof ours.SnoozeJobError>,
  Gives<contract.JobSerializationError, ours.JobSerializationError>,
  Gives<contract.EventFlowJobsError, ours.EventFlowJobsError>,
  Gives<contract.JobDefinitionError, ours.JobDefinitionError>,
  Gives<contract.JobNotRegisteredError, ours.JobNotRegisteredError>,
  Gives<contract.UnknownJobError, ours.UnknownJobError>,
  Gives<contract.InvalidScheduleError, ours.InvalidScheduleError>,
  Gives<contract.DuplicateJobKeyError, ours.DuplicateJobKeyError>,
  Gives<contract.UnsupportedOperationError, ours.UnsupportedOperationError>,
  Gives<contract.SchedulerUnavailableError, ours.SchedulerUnavailableError>,
  Gives<contract.JobTimeoutError, ours.JobTimeoutError>,
];

export type Taken = [
  Takes<ours.Duration, contract.Duration>,
  Takes<ours.Job, contract.Job>,
  Takes<ours.VersionOptions, contract.VersionOptions>,
  Takes<ours.JobPolicyOptions, contract.JobPolicyOptions>,
  Takes<ours.ScheduleOptions, contract.ScheduleOptions>,
  Takes<ours.ScheduleEntry, contract.ScheduleEntry>,
  Takes<ours.IdOrKey, contract.IdOrKey>,
  Takes<ours.ListFilter, contract.ListFilter>,
  Takes<ours.RecurringSchedule, contract.RecurringSchedule>,
  Takes<ours.Capability, contract.Capability>,
  Takes<ours.JobInterceptor, contract.JobInterceptor>,
  Takes<ours.WorkerOptions, contract.WorkerOptions>,
  Takes<
    Omit<ours.EventFlowJobsModuleOptions, 'scheduler'>,
    Omit<contract.EventFlowJobsModuleOptions, 'scheduler'>
  >,
  Takes<
    Pick<Parameters<typeof ours.EventFlowJobsModule.forRootAsync>[0], 'imports' | 'inject' | 'useExisting'>,
    Pick<
      Parameters<typeof contract.EventFlowJobsModule.forRootAsync>[0],
      'imports' | 'inject' | 'useExisting'
    >
  >,
  Takes<
    Parameters<typeof ours.EventFlowJobsModule.forFeature>[0],
    Parameters<typeof contract.EventFlowJobsModule.forFeature>[0]
  >,
];

/** A scheduler of one's own needs to say no more than what it can do. */
export declare class LeastScheduler extends ours.JobScheduler {
  readonly capabilities: ReadonlySet<ours.Capability>;
}
