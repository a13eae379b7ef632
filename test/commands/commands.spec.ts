import { Injectable } from '@nestjs/common';
import { CommandBus, CommandHandler } from '@nestjs/cqrs';
import {
  CancelScheduledCommand,
  CommandDefinitions,
  EventFlowJobsModule,
  JobNotRegisteredError,
  JobPolicy,
  PublishCommandJob,
  ScheduleCommand,
} from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorOf, startModules } from '../support/app.js';
import { startVirtual } from '../support/virtual.js';

const handled: unknown[] = [];
beforeEach(() => {
  handled.length = 0;
});

@JobPolicy({ queue: 'mail', attempts: 2 })
class MailCommand {
  constructor(readonly to: string) {}
}
class UrgentMailCommand extends MailCommand {}
@Injectable()
@CommandHandler(MailCommand)
class MailHandler {
  async execute(command: MailCommand) {
    handled.push(command);
  }
}

describe('A scheduled command', () => {
  it('runs at its time, not before, as a fresh instance of its class', async () => {
    const { commands, scheduler } = await startVirtual({}, { providers: [MailHandler] });
    const command = new MailCommand('ada');
    await commands.schedule(command, '1h');
    await scheduler.advanceBy('59m');
    expect(handled).toEqual([]);
    await scheduler.advanceBy('1m');
    expect(handled).toStrictEqual([command]);
    expect(handled[0]).not.toBe(command);
  });

  it("has its class's policy, and what the call says", async () => {
    const { commands, scheduler } = await startVirtual({}, { providers: [MailHandler] });
    await commands.scheduleNow(new MailCommand('ada'), { priority: 5 });
    await commands.schedule(new MailCommand('bob'), '1h', { key: 'k' });
    expect(scheduler.pending).toMatchObject([
      { queue: 'mail', attempts: 2, priority: 5, command: { name: 'MailCommand', version: 1 } },
      { queue: 'mail', attempts: 2, priority: 0, key: 'k' },
    ]);
  });

  it("is retried and timed out as its class's policy says when it runs", async () => {
    @JobPolicy({ attempts: 3, timeout: '2m', backoff: { type: 'fixed', delay: '7m' } })
    class SlowCommand {}
    @CommandHandler(SlowCommand)
    class SlowHandler {
      execute(command: SlowCommand) {
        handled.push(command);
        return new Promise(() => {});
      }
    }
    const { commands, scheduler } = await startVirtual({}, { providers: [SlowHandler] });
    const id = await commands.scheduleNow(new SlowCommand());
    await scheduler.advanceBy(120_000 - 1);
    expect((await scheduler.get(id))!.state).toBe('running');
    await scheduler.advanceBy(1);
    expect(await scheduler.get(id)).toMatchObject({
      state: 'scheduled',
      lastError: { name: 'JobTimeoutError' },
      runAt: new Date(scheduler.now.getTime() + 7 * 60_000),
    });
    await scheduler.advanceBy(7 * 60_000 - 1);
    expect(handled).toHaveLength(1);
    await scheduler.advanceBy(1);
    expect(handled).toHaveLength(2);
  });

  it('is refused with its own name and path where its fields as a whole cannot be stored', async () => {
    const { commands } = await startVirtual({}, { providers: [MailHandler] });
    const marked = Object.assign(new MailCommand('ada'), { [Symbol('mark')]: 1 });
    const error = await errorOf(() => commands.scheduleNow(marked));
    expect(error).toMatchObject({
      path: '',
      message: expect.stringMatching(/^MailCommand cannot be stored: it has fields with symbols as keys/),
    });
  });

  it('is found by a handler that a factory made, beside providers that are nothing at all', async () => {
    const { commands, scheduler } = await startVirtual(
      {},
      {
        providers: [
          { provide: 'handler', useFactory: () => new MailHandler() },
          { provide: 'nothing', useValue: undefined },
          { provide: 'null', useValue: null },
          { provide: 'bare', useValue: Object.create(null) as object },
        ],
      },
    );
    await commands.scheduleNow(new MailCommand('ada'));
    await scheduler.runDue();
    expect(handled).toEqual([new MailCommand('ada')]);
  });

  it('recurs', async () => {
    const { commands, scheduler } = await startVirtual({}, { providers: [MailHandler] });
    await commands.scheduleRecurring('daily', new MailCommand('ada'), { every: '1d' }, { priority: 3 });
    await scheduler.advanceBy('23h');
    expect(handled).toEqual([]);
    await scheduler.advanceBy('25h');
    expect(handled).toEqual([new MailCommand('ada'), new MailCommand('ada')]);
    expect((await scheduler.list()).entries.map(({ priority }) => priority)).toEqual([3, 3]);
  });

  it.each([undefined, null, 'text', 7, Object.create(null)])('is no command: %o', async (nothing) => {
    const { commands } = await startVirtual();
    const error = await errorOf(() => commands.scheduleNow(nothing as never));
    expect(error).toBeInstanceOf(JobNotRegisteredError);
    expect(error.message).toBe('No command was given: pass an instance of a command class.');
  });

  it('that nobody registered is refused, with what there is to do', async () => {
    const { commands } = await startVirtual({}, { providers: [MailHandler] });
    const error = await errorOf(() => commands.scheduleNow(new UrgentMailCommand('ada')));
    expect(error.message).toBe(
      'The command UrgentMailCommand is not registered: give it a @CommandHandler in this app, or, where it is ' +
        'executed by another process, add it to `commands` of EventFlowJobsModule.forRoot() or .forFeature().',
    );
    expect(() => new CommandDefinitions().of(undefined as never)).toThrow('The command undefined is not');
  });

  it('fails with advice in an app without CqrsModule', async () => {
    const { commands, scheduler } = await startModules(
      [EventFlowJobsModule.forRoot({ scheduler: TestJobScheduler, shutdownTimeout: 0 })],
      { providers: [MailHandler] },
    );
    const id = await commands.scheduleNow(new MailCommand('ada'), { attempts: 1 });
    await (scheduler as TestJobScheduler).runDue();
    const entry = await scheduler.get(id);
    expect(entry).toMatchObject({ state: 'failed', lastError: { name: 'JobDefinitionError' } });
    expect(entry!.lastError!.message).toContain(
      `Command entry ${id} needs the CommandBus: import CqrsModule.forRoot() of @nestjs/cqrs into the app.`,
    );
  });
});

describe('A command without a handler of its own in this process', () => {
  it('is handled where the handler of its parent class takes it', () => {
    const definitions = new CommandDefinitions();
    definitions.register([UrgentMailCommand]);
    expect(definitions.isHandled(UrgentMailCommand)).toBe(false);
    definitions.registerHandled([MailCommand]);
    expect(definitions.isHandled(UrgentMailCommand)).toBe(true);
    expect(definitions.isHandled(MailCommand)).toBe(true);
    expect(definitions.isHandled(class Other {} as never)).toBe(false);
  });

  it('is parked with the reason, even when the store took it for known', async () => {
    class RemoteCommand {}
    const { scheduler, commands } = await startVirtual({ commands: [RemoteCommand] });
    const id = await commands.scheduleNow(new RemoteCommand());
    await scheduler.runDue();
    expect((await scheduler.explain(id)).text).toContain(
      "No class here stands for 'RemoteCommand' version 1.",
    );
    const { command: _, ...stored } = scheduler['store'].find({ id })!;
    await scheduler['insert']([{ ...stored, id: 'other', onConflict: 'keep' }]);
    await scheduler.runDue();
    expect((await scheduler.explain('other')).text).toContain(
      "The command 'RemoteCommand' version 1 has no @CommandHandler here.",
    );
  });
});

describe('A saga', () => {
  it('schedules by ScheduleCommand, and calls off by CancelScheduledCommand', async () => {
    const { nest, scheduler } = await startVirtual({}, { providers: [MailHandler] });
    const bus = nest.get(CommandBus);
    const id = await bus.execute(new ScheduleCommand(new MailCommand('ada'), '1h', { key: 'k' }));
    expect(scheduler.pending).toMatchObject([{ id, key: 'k', command: { name: 'MailCommand' } }]);
    expect(await bus.execute(new CancelScheduledCommand({ key: 'k' }))).toBe(true);
    expect(await bus.execute(new CancelScheduledCommand({ key: 'k' }))).toBe(false);
    expect(scheduler.pending).toEqual([]);
  });

  it('finds these two commands not among those that can be scheduled', async () => {
    const { nest } = await startVirtual({}, { providers: [MailHandler] });
    const names = nest.get(CommandDefinitions).all();
    expect(names.map(({ name }) => name)).toEqual(['MailCommand']);
  });
});

describe('PublishCommandJob', () => {
  it('is a job like any other', async () => {
    const { scheduler } = await startVirtual({}, { providers: [MailHandler] });
    await scheduler.scheduleNow(PublishCommandJob.create(new MailCommand('ada')));
    await scheduler.runDue();
    expect(handled).toEqual([new MailCommand('ada')]);
  });
});
