import { REQUEST } from '@nestjs/core';
import { Inject, Scope } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import type { JobAsyncContext } from '../../jobs/job-async-context.js';
import type { JobContext } from '../../jobs/job-context.interface.js';
import { JobPolicy } from '../../jobs/job-policy.decorator.js';
import type { Job } from '../../jobs/job.interface.js';
import { CommandVersion, JobVersion } from '../../jobs/version.decorators.js';
import { JobValue } from '../../serialization/job-value.decorator.js';
import { type Probe, Probes } from './probes.js';

@JobVersion('Conformance.Probe', 1)
export class ProbeJob implements Job, Probe {
  constructor(
    readonly name: string,
    readonly payload?: unknown,
  ) {}

  execute(context: JobContext): Promise<void> {
    return context.get(Probes).run(this, context);
  }
}

/** Retried twice, after 40 and after 60 ms: a function, which no entry can carry. */
@JobVersion('Conformance.FunctionBackoff', 1)
@JobPolicy({ attempts: 3, backoff: (attempt) => (attempt + 1) * 20 })
export class FunctionBackoffJob extends ProbeJob {}

@JobVersion('Conformance.Mail', 1)
@JobPolicy({ queue: 'mail', priority: 7, attempts: 4 })
export class MailProbeJob extends ProbeJob {}

@JobValue('Conformance.Value')
export class ProbeValue {
  constructor(readonly amount: bigint) {}
}

@CommandVersion('Conformance.ProbeCommand', 2)
@JobPolicy({ attempts: 2, backoff: { type: 'fixed', delay: 20 } })
export class ProbeCommand implements Probe {
  constructor(
    readonly name: string,
    readonly payload?: unknown,
  ) {}
}

/** Nobody in this app handles it. */
@CommandVersion('Conformance.Unhandled', 1)
export class UnhandledCommand {}

/** Nobody in any app registers it. */
export class StrangerJob extends ProbeJob {}

@CommandHandler(ProbeCommand, { scope: Scope.REQUEST })
export class ProbeHandler {
  constructor(
    @Inject(Probes) private readonly probes: Probes,
    @Inject(REQUEST) private readonly request: JobAsyncContext,
  ) {}

  async execute(command: ProbeCommand): Promise<void> {
    await this.probes.run(command, this.request.job);
  }
}

export const PROBE_CLASSES = [ProbeJob, FunctionBackoffJob, MailProbeJob] as const;
