import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { DiscoveryModule, ModuleRef, ModulesContainer } from '@nestjs/core';
import { AppMistakes } from './app-mistakes.js';
import { CommandDefinitions } from './commands/command-definitions.js';
import { CommandDiscovery } from './commands/command.discovery.js';
import { CommandScheduler } from './commands/command.scheduler.js';
import { PublishCommandConverter } from './commands/publish-command.converter.js';
import { PublishCommandJob } from './commands/publish-command.job.js';
import { CancelScheduledCommandHandler, ScheduleCommandHandler } from './commands/schedule.handlers.js';
import {
  EVENTFLOW_JOBS_OPTIONS,
  type EventFlowJobsModuleAsyncOptions,
  type EventFlowJobsModuleOptions,
} from './eventflow-jobs.options.js';
import { optionsProviders } from './eventflow-jobs-options.providers.js';
import { JobDefinitions } from './jobs/job-definitions.js';
import { JobsHealthIndicator } from './health/jobs-health.indicator.js';
import { JobEvents } from './jobs/job-event.js';
import { JobsStartup } from './jobs-startup.js';
import { createSchedulerCore } from './scheduler-core.factory.js';
import { createScheduler } from './scheduler.factory.js';
import { JobScheduler } from './scheduling/job-scheduler.js';
import { SCHEDULER_CORE } from './scheduling/tokens.js';
import { JobValueRegistry } from './serialization/job-value.registry.js';
import { JobWorker } from './worker/job-worker.js';
import { RecurringDeclarations } from './worker/recurring-declarations.js';
import { WorkerModule } from './worker/worker.module.js';

/**
 * Registers jobs and commands, and provides {@link JobScheduler}, {@link CommandScheduler}, {@link JobEvents} and
 * {@link JobWorker} to the whole app.
 *
 * @publicApi
 */
@Module({})
export class EventFlowJobsModule {
  /** Once, in the app's root module. */
  static forRoot(options: EventFlowJobsModuleOptions = {}): DynamicModule {
    return rootModule([{ provide: EVENTFLOW_JOBS_OPTIONS, useValue: options }], []);
  }

  /** As {@link EventFlowJobsModule.forRoot}, with options that Nest provides; the factory may choose the scheduler. */
  static forRootAsync(options: EventFlowJobsModuleAsyncOptions): DynamicModule {
    return rootModule(optionsProviders(options), options.imports ?? []);
  }

  /** Registers the jobs, commands and values of a feature module. */
  static forFeature({
    jobs = [],
    commands = [],
    values = [],
  }: Pick<EventFlowJobsModuleOptions, 'jobs' | 'commands' | 'values'>): DynamicModule {
    const feature = Symbol('EVENTFLOW_JOBS_FEATURE');
    const registration: Provider = {
      provide: Symbol('EVENTFLOW_JOBS_REGISTRATION'),
      inject: [JobDefinitions, CommandDefinitions, JobValueRegistry],
      useFactory: (
        jobDefinitions: JobDefinitions,
        commandDefinitions: CommandDefinitions,
        valueRegistry: JobValueRegistry,
      ) => {
        jobDefinitions.register(jobs);
        commandDefinitions.register(commands);
        values.forEach((type) => valueRegistry.add(type));
        return true;
      },
    };
    // Nest tells two modules apart by what they provide: the classes, not the factory, make the difference.
    const classes: Provider = { provide: feature, useValue: { jobs, commands, values } };
    return { module: EventFlowJobsFeatureModule, providers: [classes, registration] };
  }
}

@Module({})
class EventFlowJobsFeatureModule {}

function rootModule(ofOptions: Provider[], imports: NonNullable<DynamicModule['imports']>): DynamicModule {
  return {
    module: EventFlowJobsModule,
    global: true,
    imports: [...imports, DiscoveryModule, WorkerModule],
    providers: [
      ...ofOptions,
      registry(JobDefinitions, (jobs, options) =>
        jobs.register([PublishCommandJob, ...(options.jobs ?? [])]),
      ),
      registry(CommandDefinitions, (commands, options) => commands.register(options.commands ?? [])),
      registry(JobValueRegistry, (values, options) => options.values?.forEach((type) => values.add(type))),
      JobEvents,
      CommandDiscovery,
      PublishCommandConverter,
      {
        provide: SCHEDULER_CORE,
        useFactory: createSchedulerCore,
        inject: [
          EVENTFLOW_JOBS_OPTIONS,
          JobDefinitions,
          JobValueRegistry,
          JobEvents,
          PublishCommandConverter,
          CommandDiscovery,
          ModuleRef,
        ],
      },
      {
        provide: JobScheduler,
        useFactory: createScheduler,
        inject: [EVENTFLOW_JOBS_OPTIONS, ModuleRef, ModulesContainer],
      },
      CommandScheduler,
      ScheduleCommandHandler,
      CancelScheduledCommandHandler,
      RecurringDeclarations,
      JobWorker,
      JobsHealthIndicator,
      AppMistakes,
      JobsStartup,
    ],
    exports: [
      JobScheduler,
      CommandScheduler,
      JobEvents,
      JobWorker,
      JobsHealthIndicator,
      JobDefinitions,
      CommandDefinitions,
      JobValueRegistry,
    ],
  };
}

function registry<T>(
  type: new () => T,
  fill: (registry: T, options: EventFlowJobsModuleOptions) => void,
): Provider {
  return {
    provide: type,
    inject: [EVENTFLOW_JOBS_OPTIONS],
    useFactory: (options: EventFlowJobsModuleOptions) => {
      const made = new type();
      fill(made, options);
      return made;
    },
  };
}
