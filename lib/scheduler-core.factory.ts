import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { CommandDiscovery } from './commands/command.discovery.js';
import type { PublishCommandConverter } from './commands/publish-command.converter.js';
import {
  DEFAULT_MAX_PAYLOAD,
  DEFAULT_OPERATION_TIMEOUT,
  type EventFlowJobsModuleOptions,
} from './eventflow-jobs.options.js';
import type { JobDefinitions } from './jobs/job-definitions.js';
import type { JobEvents } from './jobs/job-event.js';
import type { JobInterceptor } from './jobs/job-interceptor.interface.js';
import { JobInterceptors } from './jobs/job-interceptors.js';
import { JobMapper } from './jobs/job-mapper.js';
import { JobReporter } from './jobs/job-reporter.js';
import { JobRunner } from './jobs/job-runner.js';
import { durationOr } from './scheduling/duration.js';
import { EntryPlanner } from './scheduling/entry-planner.js';
import type { SchedulerCore } from './scheduling/scheduler-core.js';
import type { JobValueRegistry } from './serialization/job-value.registry.js';
import { PayloadSerializer } from './serialization/payload.serializer.js';

/** Puts together what every scheduler works with. */
export function createSchedulerCore(
  options: EventFlowJobsModuleOptions,
  jobs: JobDefinitions,
  values: JobValueRegistry,
  events: JobEvents,
  converter: PublishCommandConverter,
  discovery: CommandDiscovery,
  moduleRef: ModuleRef,
): SchedulerCore {
  const mapper = new JobMapper(
    jobs,
    new PayloadSerializer(values, options.maxPayload ?? DEFAULT_MAX_PAYLOAD),
  );
  mapper.use(converter);
  const interceptors = new JobInterceptors();
  let preparing: Promise<void> | undefined;
  const reporter = new JobReporter(events, mapper, moduleRef);
  return {
    planner: new EntryPlanner(mapper),
    mapper,
    interceptors,
    runner: new JobRunner(mapper, interceptors, reporter, moduleRef),
    reporter,
    moduleRef,
    operationTimeout: durationOr(options.operationTimeout, DEFAULT_OPERATION_TIMEOUT),
    knows: (stored) => mapper.knows(stored, (name, version) => converter.knows(name, version)),
    discover: () => discovery.discover(),
    prepare: () =>
      (preparing ??= makeInterceptors(options, moduleRef).then((made) => interceptors.use(made))),
  };
}

/** The app's own instance where it provides one, else one made here. */
function makeInterceptors(
  { interceptors = [] }: EventFlowJobsModuleOptions,
  moduleRef: ModuleRef,
): Promise<JobInterceptor[]> {
  return Promise.all(interceptors.map(async (type) => find(type, moduleRef) ?? moduleRef.create(type)));
}

function find<T>(type: Type<T>, moduleRef: ModuleRef): T | undefined {
  try {
    return moduleRef.get(type, { strict: false });
  } catch {
    return undefined; // nobody provides it
  }
}
