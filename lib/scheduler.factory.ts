import type { Type } from '@nestjs/common';
import { ModuleRef, type ModulesContainer } from '@nestjs/core';
import type { EventFlowJobsModuleOptions } from './eventflow-jobs.options.js';
import { JobDefinitionError } from './jobs/jobs.errors.js';
import { instantScheduler } from './schedulers/instant/instant.scheduler.js';
import { JobScheduler } from './scheduling/job-scheduler.js';

/** Makes what `scheduler` says. @throws {JobDefinitionError} where it says nothing that can be made. */
export function createScheduler(
  { scheduler = instantScheduler() }: EventFlowJobsModuleOptions,
  moduleRef: ModuleRef,
  modules: ModulesContainer,
): JobScheduler | Promise<JobScheduler> {
  if (typeof scheduler === 'object' && scheduler !== null && typeof scheduler.create === 'function') {
    return scheduler.create();
  }
  if (typeof scheduler === 'function' && scheduler.prototype instanceof JobScheduler) {
    return createWhereItCan(scheduler, [
      moduleRef,
      ...[...modules.values()].map((module) => module.getProviderByKey<ModuleRef>(ModuleRef).instance),
    ]);
  }
  throw new JobDefinitionError([
    '`scheduler` is neither what instantScheduler() and its like return, nor a class that extends JobScheduler' +
      (typeof scheduler === 'function' ? ': was the () left out?' : '.'),
  ]);
}

/** The class may inject what any module of the app sees, from the first one, the root, on. */
async function createWhereItCan<T>(type: Type<T>, moduleRefs: readonly ModuleRef[]): Promise<T> {
  let first: unknown;
  for (const moduleRef of moduleRefs) {
    try {
      return await moduleRef.create(type);
    } catch (error) {
      if ((error as Error).constructor.name !== 'UnknownDependenciesException') throw error;
      first ??= error;
    }
  }
  throw first;
}
