import type { InjectionToken, ModuleMetadata, Type } from '@nestjs/common';
import type { JobInterceptor } from './jobs/job-interceptor.interface.js';
import type { Job } from './jobs/job.interface.js';
import type { Capability } from './scheduling/capability.js';
import type { Duration } from './scheduling/duration.js';
import type { JobScheduler } from './scheduling/job-scheduler.js';
import type { SchedulerFactory } from './scheduling/scheduler-factory.js';
import type { WorkerOptions } from './scheduling/worker-options.js';

/**
 * What `EventFlowJobsModule.forRoot()` takes. Nothing is required.
 *
 * @publicApi
 */
export interface EventFlowJobsModuleOptions {
  /** Job classes. */
  jobs?: Type<Job>[];
  /** Command classes without a `@CommandHandler` in this process; those with one are found by themselves. */
  commands?: Type[];
  /** Classes decorated with `@JobValue`. */
  values?: Type[];
  /**
   * What stores entries and hands them over at their time: what `inProcessScheduler()` and its like return, or a class
   * that extends {@link JobScheduler}; Nest builds it, so it can inject.
   * @default instantScheduler()
   */
  scheduler?: SchedulerFactory | Type<JobScheduler>;
  /** `false`: this process only schedules. @default true */
  worker?: boolean | WorkerOptions;
  /** Around every scheduling and every attempt; the first is the outermost. A provider of the app, or made by Nest. */
  interceptors?: Type<JobInterceptor>[];
  /** The app does not start on a scheduler without these. */
  require?: Capability[];
  /** How long a shutdown waits for what runs. @default '30s' */
  shutdownTimeout?: Duration;
  /** How long a call waits for the store. @default '5s' */
  operationTimeout?: Duration;
  /** The most bytes that the data of an entry may take. @default 1048576 */
  maxPayload?: number;
}

/**
 * What `useClass` and `useExisting` of `forRootAsync` name.
 *
 * @publicApi
 */
export interface EventFlowJobsOptionsFactory {
  createEventFlowJobsOptions(): EventFlowJobsModuleOptions | Promise<EventFlowJobsModuleOptions>;
}

/**
 * What `EventFlowJobsModule.forRootAsync()` takes: one of `useFactory`, `useClass` and `useExisting`.
 *
 * @publicApi
 */
export interface EventFlowJobsModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  inject?: InjectionToken[];
  useFactory?: (...args: any[]) => EventFlowJobsModuleOptions | Promise<EventFlowJobsModuleOptions>;
  useClass?: Type<EventFlowJobsOptionsFactory>;
  useExisting?: InjectionToken;
}

/** The options under this token are those of the running app. */
export const EVENTFLOW_JOBS_OPTIONS = Symbol('EVENTFLOW_JOBS_OPTIONS');

export const DEFAULT_SHUTDOWN_TIMEOUT: Duration = '30s';
export const DEFAULT_OPERATION_TIMEOUT: Duration = '5s';
export const DEFAULT_MAX_PAYLOAD = 1_048_576;
