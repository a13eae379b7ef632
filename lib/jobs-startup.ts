import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppMistakes } from './app-mistakes.js';
import { EVENTFLOW_JOBS_OPTIONS, type EventFlowJobsModuleOptions } from './eventflow-jobs.options.js';
import { JobEvents } from './jobs/job-event.js';
import { JobDefinitionError } from './jobs/jobs.errors.js';
import { JobScheduler } from './scheduling/job-scheduler.js';
import type { SchedulerCore } from './scheduling/scheduler-core.js';
import { schedulerWith } from './scheduling/capability.js';
import { UnsupportedOperationError } from './scheduling/scheduling.errors.js';
import { SCHEDULER_CORE } from './scheduling/tokens.js';

/** Opens the store first and closes it last; an app with mistakes does not start. */
@Injectable()
export class JobsStartup implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly scheduler: JobScheduler,
    private readonly mistakes: AppMistakes,
    private readonly events: JobEvents,
    @Inject(EVENTFLOW_JOBS_OPTIONS) private readonly options: EventFlowJobsModuleOptions,
    @Inject(SCHEDULER_CORE) private readonly core: SchedulerCore,
  ) {
    if (scheduler instanceof JobScheduler) scheduler.attach(core);
  }

  async onModuleInit(): Promise<void> {
    this.core.discover();
    const mistakes = this.mistakes.find();
    if (mistakes.length > 0) throw new JobDefinitionError(mistakes);
    if (!(this.scheduler instanceof JobScheduler)) return; // a test's double
    this.assertRequired();
    await this.scheduler['onStarting']();
    await this.scheduler['opened']();
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      if (this.scheduler instanceof JobScheduler) await this.scheduler['shutDown']();
    } finally {
      this.events.complete();
    }
  }

  private assertRequired(): void {
    const missing = (this.options.require ?? []).filter((one) => !this.scheduler.capabilities.has(one));
    if (missing.length === 0) return;
    throw new UnsupportedOperationError(
      `The app requires ${missing.map((one) => `'${one}'`).join(', ')}, which ${this.scheduler.constructor.name} does ` +
        `not offer: choose ${schedulerWith(missing[0]!)} as \`scheduler\` of EventFlowJobsModule.forRoot().`,
    );
  }
}
