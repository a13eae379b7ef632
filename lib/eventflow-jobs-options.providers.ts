import type { Provider } from '@nestjs/common';
import {
  EVENTFLOW_JOBS_OPTIONS,
  type EventFlowJobsModuleAsyncOptions,
  type EventFlowJobsOptionsFactory,
} from './eventflow-jobs.options.js';
import { JobDefinitionError } from './jobs/jobs.errors.js';

/** The options of `forRootAsync`, wherever they come from. */
export function optionsProviders({
  useFactory,
  useClass,
  useExisting,
  inject,
}: EventFlowJobsModuleAsyncOptions): Provider[] {
  if (useFactory) return [{ provide: EVENTFLOW_JOBS_OPTIONS, useFactory, inject: inject ?? [] }];
  const factory = useClass ?? useExisting;
  if (!factory) {
    throw new JobDefinitionError([
      'EventFlowJobsModule.forRootAsync() needs one of useFactory, useClass and useExisting: give it one.',
    ]);
  }
  return [
    ...(useClass ? [{ provide: useClass, useClass }] : []),
    {
      provide: EVENTFLOW_JOBS_OPTIONS,
      inject: [factory],
      useFactory: (options: EventFlowJobsOptionsFactory) => options.createEventFlowJobsOptions(),
    },
  ];
}
