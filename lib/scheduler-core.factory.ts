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
import { JobInterceptors } from './jobs/job-interceptors.js';
import { JobMapper } from './jobs/job-mapper.js';
import { JobReporter } from './jobs/job-reporter.js';
import { JobRunner } from './jobs/job-runner.js';
import { toMilliseconds } from './scheduling/duration.js';
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
  const reporter = new JobReporter(events, mapper, moduleRef);
  return {
    planner: new EntryPlanner(mapper),
    mapper,
    interceptors,
    runner: new JobRunner(mapper, interceptors, reporter, moduleRef),
    reporter,
    moduleRef,
    operationTimeout: operationTimeoutOf(options),
    knows: (stored) => mapper.knows(stored, (name, version) => converter.knows(name, version)),
    discover: () => discovery.discover(),
  };
}

/** A wrong one is told at start, with all other mistakes. */
function operationTimeoutOf({ operationTimeout = DEFAULT_OPERATION_TIMEOUT }: EventFlowJobsModuleOptions): number {
  try {
    return toMilliseconds(operationTimeout);
  } catch {
    return toMilliseconds(DEFAULT_OPERATION_TIMEOUT);
  }
}
