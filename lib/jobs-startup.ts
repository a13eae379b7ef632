import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CommandDefinitions } from './commands/command-definitions.js';
import { EVENTFLOW_JOBS_OPTIONS, type EventFlowJobsModuleOptions } from './eventflow-jobs.options.js';
import { JobDefinitions } from './jobs/job-definitions.js';
import { JobEvents } from './jobs/job-event.js';
import { declaredPolicy } from './jobs/job-policy.decorator.js';
import { problemOfPolicy } from './jobs/job-policy.js';
import { JobDefinitionError } from './jobs/jobs.errors.js';
import { messageOf } from './jobs/outcome.js';
import type { Duration } from './scheduling/duration.js';
import { toMilliseconds } from './scheduling/duration.js';
import { JobScheduler } from './scheduling/job-scheduler.js';
import type { SchedulerCore } from './scheduling/scheduler-core.js';
import { CAPABILITIES, schedulerWith } from './scheduling/capability.js';
import { UnsupportedOperationError } from './scheduling/scheduling.errors.js';
import { SCHEDULER_CORE } from './scheduling/tokens.js';
import { problemsOfWorker } from './scheduling/worker-options.js';
import { JobValueRegistry } from './serialization/job-value.registry.js';
import { RecurringDeclarations } from './worker/recurring-declarations.js';

/** Checks the app's jobs and commands at start, all together, and opens the store first and closes it last. */
@Injectable()
export class JobsStartup implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly scheduler: JobScheduler,
    private readonly jobs: JobDefinitions,
    private readonly commands: CommandDefinitions,
    private readonly values: JobValueRegistry,
    private readonly recurring: RecurringDeclarations,
    private readonly modules: ModulesContainer,
    private readonly events: JobEvents,
    @Inject(EVENTFLOW_JOBS_OPTIONS) private readonly options: EventFlowJobsModuleOptions,
    @Inject(SCHEDULER_CORE) private readonly core: SchedulerCore,
  ) {
    if (scheduler instanceof JobScheduler) scheduler.attach(core);
  }

  async onModuleInit(): Promise<void> {
    this.core.discover();
    const mistakes = [
      ...this.jobs.findMistakes(),
      ...this.commands.findMistakes(),
      ...this.values.problems,
      ...this.policyMistakes(),
      ...this.recurring.findMistakes(),
      ...problemsOfWorker(this.options.worker),
      ...this.otherMistakes(),
      ...wrongDuration('shutdownTimeout', this.options.shutdownTimeout),
      ...wrongDuration('operationTimeout', this.options.operationTimeout),
    ];
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

  private otherMistakes(): string[] {
    const { maxPayload, interceptors = [], require = [] } = this.options;
    const unknown = require.filter((one) => !CAPABILITIES.includes(one));
    const roots = [...this.modules.values()].filter(
      (module) => module.metatype.name === 'EventFlowJobsModule' && module.providers.has(JobsStartup),
    );
    return [
      ...(maxPayload === undefined || (Number.isInteger(maxPayload) && maxPayload > 0)
        ? []
        : ['maxPayload must be a whole number of bytes from 1.']),
      ...unknown.map((one) => `require: '${String(one)}' is no capability: use ${CAPABILITIES.join(', ')}.`),
      ...interceptors.flatMap((type: unknown, index) =>
        typeof type === 'function' ? [] : [`interceptors[${index}] is no class (is an import circular?).`],
      ),
      ...(roots.length > 1
        ? [
            'EventFlowJobsModule.forRoot() is imported twice: once is enough; use forFeature() in other modules.',
          ]
        : []),
    ];
  }

  private policyMistakes(): string[] {
    return [...this.jobs.all(), ...this.commands.all()].flatMap(({ type }) => {
      const problem = problemOfPolicy(declaredPolicy(type) ?? {});
      return problem === undefined ? [] : [`${type.name}: @JobPolicy: ${problem}.`];
    });
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

function wrongDuration(name: string, duration: Duration | undefined): string[] {
  try {
    return duration === undefined || toMilliseconds(duration) >= 0 ? [] : [`${name} must not be negative.`];
  } catch (error) {
    return [`${name}: ${messageOf(error)}`];
  }
}
