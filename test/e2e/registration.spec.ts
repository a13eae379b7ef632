import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  type Capability,
  CommandDefinitions,
  CommandVersion,
  EventFlowJobsModule,
  type Job,
  JobDefinitionError,
  JobDefinitions,
  JobNotRegisteredError,
  JobPolicy,
  JobScheduler,
  JobValue,
  JobVersion,
  RecurringJob,
  UnsupportedOperationError,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { errorOf, startApp, startError, startModules } from '../support/app.js';

class PingJob implements Job {
  static ran = 0;
  execute() {
    PingJob.ran += 1;
  }
}

class ShipOrderCommand {}
@CommandHandler(ShipOrderCommand)
class ShipOrderHandler {
  async execute() {}
}

describe('mistakes in jobs and commands', () => {
  it('are all told at start, each with its class and its mend', async () => {
    @JobVersion('Same', 1)
    class OneJob extends PingJob {}
    @JobVersion('Same', 1)
    class OtherJob extends PingJob {}
    class Not_A_Name extends PingJob {}
    @JobVersion('no blanks', 1)
    class BlankJob extends PingJob {}
    @JobVersion('Zero', 0)
    class ZeroJob extends PingJob {}
    class NoJob {}
    @JobVersion('Gap', 4, { upgrade: { 1: (data) => data, 3: (data) => data } })
    class GapJob extends PingJob {}
    @JobPolicy({ attempts: 0 })
    class LazyJob extends PingJob {}
    @RecurringJob('nightly', { cron: 'at night' })
    class NightJob extends PingJob {}
    @RecurringJob('hourly', { every: '1h' })
    class ArgumentJob extends PingJob {
      constructor(readonly argument: string) {
        super();
      }
    }
    class Money {}
    class Strange_Command {}

    const error = await startError({
      jobs: [
        OneJob,
        OtherJob,
        Not_A_Name,
        BlankJob,
        ZeroJob,
        NoJob as never,
        undefined as never,
        GapJob,
        LazyJob,
      ].concat([NightJob, ArgumentJob as never]),
      commands: [Strange_Command],
      values: [Money],
      worker: { concurrency: 0 },
    });

    expect(error).toBeInstanceOf(JobDefinitionError);
    for (const mistake of [
      /OneJob and OtherJob are all 'Same' version 1: give each a name or a version of its own/,
      /Not_A_Name: no name can be made of this class name.*@JobVersion\('Name', 1\)/,
      /BlankJob: 'no blanks' is no valid name/,
      /ZeroJob: 0 is no valid version/,
      /NoJob is no job: give it a method `execute\(context: JobContext\)`/,
      /undefined was registered as a job, but is no class \(is an import circular\?\)/,
      /GapJob: 'Gap' has an upgrader from version 1 to 2, but none from 2.*upgrade: \{ 2: \.\.\. \}/,
      /LazyJob: @JobPolicy: attempts must be a whole number from 1/,
      /NightJob: @RecurringJob: .*at night/,
      /ArgumentJob is a @RecurringJob, but its constructor takes arguments/,
      /Strange_Command: no name can be made of this class name.*@CommandVersion\('Name', 1\)/,
      /Money.*@JobValue/,
      /worker\.concurrency must be a whole number from 1/,
    ]) {
      expect(error.message).toMatch(mistake);
    }
    expect(error.mistakes).toHaveLength(13);
  });

  it('include two commands with handlers that would share a name', async () => {
    const make = () => {
      class SendCommand {}
      @CommandHandler(SendCommand)
      class SendHandler {
        async execute() {}
      }
      return SendHandler;
    };
    const error = await startError({}, { providers: [make(), make()] });
    expect(error).toBeInstanceOf(JobDefinitionError);
    expect(error.message).toContain("SendCommand and SendCommand are all 'SendCommand' version 1");
  });
});

describe('registering', () => {
  it('finds every command with a handler by itself, request-scoped and aliased handlers included', async () => {
    class ScopedCommand {}
    @CommandHandler(ScopedCommand, { scope: Scope.REQUEST })
    class ScopedHandler {
      async execute() {}
    }
    const { nest } = await startApp(
      {},
      { providers: [{ provide: 'shipping', useClass: ShipOrderHandler }, ScopedHandler] },
    );
    const names = nest.get(CommandDefinitions).all();
    expect(names.map(({ name }) => name).toSorted()).toEqual(['ScopedCommand', 'ShipOrderCommand']);
  });

  it('refuses a job or a command that is not registered, and says where to', async () => {
    const { scheduler, commands } = await startApp({ jobs: [PingJob] });
    class PongJob extends PingJob {}
    class LostCommand {}

    const job = await errorOf(() => scheduler.scheduleNow(new PongJob()));
    expect(job).toBeInstanceOf(JobNotRegisteredError);
    expect(job.message).toMatch(
      /PongJob is not registered: add it to `jobs`.*Its parent PingJob is registered/,
    );

    const command = await errorOf(() => commands.scheduleNow(new LostCommand()));
    expect(command).toBeInstanceOf(JobNotRegisteredError);
    expect(command.message).toMatch(/LostCommand is not registered: give it a @CommandHandler.*`commands`/);

    for (const nothing of [null, undefined, 'job', {}]) {
      expect(await errorOf(() => scheduler.scheduleNow(nothing as never))).toBeInstanceOf(
        JobNotRegisteredError,
      );
      expect(await errorOf(() => commands.scheduleNow(nothing as never))).toBeInstanceOf(
        JobNotRegisteredError,
      );
    }
  });

  it('takes commands without a handler from `commands`, and parks them where no handler is', async () => {
    class RemoteCommand {}
    const { scheduler, commands, events } = await startApp({
      scheduler: inProcessScheduler(),
      commands: [RemoteCommand],
    });
    const parked = new Promise((resolve) => events.ofType('parked').subscribe(resolve));
    const id = await commands.scheduleNow(new RemoteCommand());
    await parked;
    expect(await scheduler.get(id)).toMatchObject({ state: 'parked', attempt: 0 });
  });

  it('takes its options from a factory, a class or an existing provider, the scheduler included', async () => {
    @Injectable()
    class Options {
      createEventFlowJobsOptions() {
        return { jobs: [PingJob], scheduler: inProcessScheduler() };
      }
    }
    @Module({ providers: [Options], exports: [Options] })
    class OptionsModule {}

    for (const async of [
      {
        imports: [OptionsModule],
        inject: [Options],
        useFactory: (from: Options) => from.createEventFlowJobsOptions(),
      },
      { useClass: Options },
      { imports: [OptionsModule], useExisting: Options },
    ]) {
      const { scheduler, nest } = await startModules([
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRootAsync(async),
      ]);
      expect(nest.get(JobDefinitions).of(PingJob)).toMatchObject({ name: 'PingJob', version: 1 });
      expect(scheduler.capabilities.has('delay')).toBe(true);
    }
    expect(() => EventFlowJobsModule.forRootAsync({})).toThrow(
      'needs one of useFactory, useClass and useExisting',
    );
  });
});

describe('the scheduler', () => {
  @Injectable()
  class Ledger {
    readonly lines: string[] = [];
  }
  @Module({ providers: [Ledger], exports: [Ledger] })
  class LedgerModule {}

  class LedgerScheduler extends JobScheduler {
    readonly capabilities = new Set<Capability>(['delay']);
    @Inject(Ledger) private readonly ledger!: Ledger;
    override async schedule(job: Job) {
      this.ledger.lines.push(job.constructor.name);
      return 'id';
    }
  }

  it('may be a class of your own, built by Nest', async () => {
    const { nest, scheduler } = await startModules([
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRootAsync({
        imports: [LedgerModule],
        useFactory: () => ({ scheduler: LedgerScheduler, jobs: [PingJob] }),
      }),
    ]);
    expect(await scheduler.schedule(new PingJob(), '1h')).toBe('id');
    expect(nest.get(Ledger).lines).toEqual(['PingJob']);
    expect(await errorOf(() => scheduler.cancel('id'))).toBeInstanceOf(UnsupportedOperationError);
  });

  it('may be overridden in a test, by a double that is no scheduler as well', async () => {
    const double = { schedule: async () => 'faked' };
    const module = await Test.createTestingModule({
      imports: [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ jobs: [PingJob] })],
    })
      .overrideProvider(JobScheduler)
      .useValue(double)
      .compile();
    const app = await module.createNestApplication({ logger: false }).init();
    expect(await app.get(JobScheduler).schedule(new PingJob(), 1)).toBe('faked');
    await app.close();
  });

  it('must have what `require` names, or the app does not start', async () => {
    const error = await startError({ require: ['delay', 'durable'], scheduler: inProcessScheduler() });
    expect(error).toBeInstanceOf(UnsupportedOperationError);
    expect(error.message).toMatch(/requires 'durable'.*pgBossScheduler/);
    await startApp({ require: ['delay'], scheduler: inProcessScheduler() });
  });
});

describe('a value and a command with names of their own', () => {
  it('are registered by the module', async () => {
    @JobValue('Money')
    class Money {
      constructor(readonly cents: bigint) {}
    }
    @CommandVersion('Charge', 3)
    class ChargeCommand {
      constructor(readonly price: Money) {}
    }
    let charged: ChargeCommand | undefined;
    @CommandHandler(ChargeCommand)
    class ChargeHandler {
      async execute(command: ChargeCommand) {
        charged = command;
      }
    }
    const { commands } = await startApp({ values: [Money] }, { providers: [ChargeHandler] });
    await commands.scheduleNow(new ChargeCommand(new Money(5n)));
    expect(charged).toBeInstanceOf(ChargeCommand);
    expect(charged!.price).toBeInstanceOf(Money);
    expect(charged).toEqual(new ChargeCommand(new Money(5n)));
  });
});
