import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  CommandScheduler,
  EventFlowJobsModule,
  type EventFlowJobsModuleOptions,
  JobEvents,
  JobScheduler,
} from 'nestjs-eventflow-jobs';
import { onTestFinished } from 'vitest';

export interface TestApp {
  readonly nest: INestApplication;
  readonly scheduler: JobScheduler;
  readonly commands: CommandScheduler;
  readonly events: JobEvents;
}

/** A running app with these jobs; it is closed when the test ends. */
export async function startApp(
  options: EventFlowJobsModuleOptions = {},
  { imports = [], providers = [], ...metadata }: ModuleMetadata = {},
): Promise<TestApp> {
  return startModules(
    [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ shutdownTimeout: 0, ...options }), ...imports],
    { providers, ...metadata },
  );
}

export async function startModules(
  imports: NonNullable<ModuleMetadata['imports']>,
  metadata: ModuleMetadata = {},
): Promise<TestApp> {
  const module = await Test.createTestingModule({ ...metadata, imports }).compile();
  const nest = module.createNestApplication({ logger: false });
  onTestFinished(() => nest.close());
  await nest.init();
  return {
    nest,
    scheduler: nest.get(JobScheduler),
    commands: nest.get(CommandScheduler),
    events: nest.get(JobEvents),
  };
}

/** The error that starting with these options ends in. */
export async function startError(
  options: EventFlowJobsModuleOptions,
  metadata: ModuleMetadata = {},
): Promise<Error & { mistakes?: string[] }> {
  return startApp(options, metadata).then(
    () => Promise.reject(new Error('The app was expected not to start, but did.')),
    (error: Error) => error,
  );
}

/** What was thrown, for assertions on its class and its message. */
export async function errorOf(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('An error was expected, but none was thrown.');
}
