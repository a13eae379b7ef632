import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { CommandHandler } from '@nestjs/cqrs';
import { type Job, JobAsyncContext, type JobContext, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { until } from '../support/until.js';

const seen: { id: string; attempt: number; tenant?: string; instance: object }[] = [];
beforeEach(() => {
  seen.length = 0;
});

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  constructor(@Inject(REQUEST) private readonly request: JobAsyncContext) {}
  get name() {
    return this.request.job.metadata['tenant'];
  }
}

class BillCommand {
  constructor(readonly amount: number) {}
}

@CommandHandler(BillCommand, { scope: Scope.REQUEST })
class BillHandler {
  constructor(
    @Inject(REQUEST) private readonly request: JobAsyncContext,
    private readonly tenant: Tenant,
  ) {}
  async execute(command: BillCommand) {
    const { job } = this.request;
    seen.push({ id: job.id, attempt: job.attempt, tenant: this.tenant.name, instance: command });
    if (job.attempt === 1) throw new Error('once more');
  }
}

class BillJob implements Job {
  async execute(context: JobContext) {
    const tenant = await context.resolve(Tenant);
    expect(await context.resolve(Tenant)).toBe(tenant);
    seen.push({ id: context.id, attempt: context.attempt, tenant: tenant.name, instance: this });
  }
}

describe('request-scoped providers', () => {
  it('get the context of the job; each attempt is a request of its own, with a fresh command', async () => {
    const { commands } = await startApp(
      { scheduler: inProcessScheduler() },
      { providers: [BillHandler, Tenant] },
    );
    const id = await commands.scheduleNow(new BillCommand(5), {
      metadata: { tenant: 'acme' },
      backoff: { type: 'fixed', delay: 1 },
    });
    await until(() => seen.length === 2, 'both attempts');
    expect(seen).toMatchObject([
      { id, attempt: 1, tenant: 'acme', instance: { amount: 5 } },
      { id, attempt: 2, tenant: 'acme', instance: { amount: 5 } },
    ]);
    expect(seen[0]!.instance).toBeInstanceOf(BillCommand);
    expect(seen[0]!.instance).not.toBe(seen[1]!.instance);
  });

  it('are resolved by a job through its context', async () => {
    const { scheduler } = await startApp(
      { scheduler: inProcessScheduler(), jobs: [BillJob] },
      { providers: [Tenant] },
    );
    const id = await scheduler.scheduleNow(new BillJob(), { metadata: { tenant: 'acme' } });
    await until(() => seen.length === 1, 'the job');
    expect(seen).toMatchObject([{ id, attempt: 1, tenant: 'acme' }]);
  });

  it('let a handler schedule the very command it was given', async () => {
    class AgainCommand {
      constructor(readonly round: number) {}
    }
    const rounds: number[] = [];
    @CommandHandler(AgainCommand, { scope: Scope.REQUEST })
    class AgainHandler {
      constructor(@Inject(REQUEST) private readonly request: JobAsyncContext) {}
      async execute(command: AgainCommand) {
        rounds.push(command.round);
        if (rounds.length === 1)
          await commands.scheduleNow(command, { metadata: { by: this.request.job.id } });
      }
    }
    const { commands } = await startApp({ scheduler: inProcessScheduler() }, { providers: [AgainHandler] });
    await commands.scheduleNow(new AgainCommand(1));
    await until(() => rounds.length === 2, 'the second round');
    expect(rounds).toEqual([1, 1]);
  });
});
