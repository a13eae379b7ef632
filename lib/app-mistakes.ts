import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CommandDefinitions } from './commands/command-definitions.js';
import { EVENTFLOW_JOBS_OPTIONS, type EventFlowJobsModuleOptions } from './eventflow-jobs.options.js';
import { JobDefinitions } from './jobs/job-definitions.js';
import { declaredPolicy } from './jobs/job-policy.decorator.js';
import { problemOfPolicy } from './jobs/job-policy.js';
import { messageOf } from './jobs/thrown.js';
import { CAPABILITIES } from './scheduling/capability.js';
import { type Duration, toMilliseconds } from './scheduling/duration.js';
import { problemsOfWorker } from './scheduling/worker-options.js';
import { JobValueRegistry } from './serialization/job-value.registry.js';
import { RecurringDeclarations } from './worker/recurring-declarations.js';

/** What is wrong with the app's jobs, commands, values and options: all of it, so that one start tells it together. */
@Injectable()
export class AppMistakes {
  constructor(
    private readonly jobs: JobDefinitions,
    private readonly commands: CommandDefinitions,
    private readonly values: JobValueRegistry,
    private readonly recurring: RecurringDeclarations,
    private readonly modules: ModulesContainer,
    @Inject(EVENTFLOW_JOBS_OPTIONS) private readonly options: EventFlowJobsModuleOptions,
  ) {}

  /** Sentences that name the culprit and the mend. */
  find(): string[] {
    return [
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
  }

  private otherMistakes(): string[] {
    const { maxPayload, interceptors = [], require = [] } = this.options;
    const unknown = require.filter((one) => !CAPABILITIES.includes(one));
    const roots = [...this.modules.values()].filter(
      (module) => module.metatype.name === 'EventFlowJobsModule' && module.providers.has(AppMistakes),
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
}

function wrongDuration(name: string, duration: Duration | undefined): string[] {
  try {
    return duration === undefined || toMilliseconds(duration) >= 0 ? [] : [`${name} must not be negative.`];
  } catch (error) {
    return [`${name}: ${messageOf(error)}`];
  }
}
