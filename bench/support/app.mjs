import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { CommandScheduler, CommandVersion, EventFlowJobsModule, JobScheduler } from 'nestjs-eventflow-jobs';

/** What every contestant schedules and runs: about 200 bytes as JSON. */
export class SendReminder {
  constructor(number) {
    this.customerId = `customer-${number}`;
    this.address = 'someone.with.a.usual.name@example.com';
    this.subject = 'Your subscription ends in seven days';
    this.template = 'subscription/reminder';
    this.locale = 'en';
    this.number = number;
  }
}
CommandVersion('SendReminder', 1)(SendReminder);

/** Told of each command that a handler got. */
export const handled = {
  count: 0,
  /** @type {(command: any) => void | Promise<void>} */
  onCommand: (_command) => {},
};

export class SendReminderHandler {
  async execute(command) {
    handled.count += 1;
    await handled.onCommand(command);
  }
}
CommandHandler(SendReminder)(SendReminderHandler);

class AppModule {}

/** A Nest app with the handler, and with jobs if options for them are given. */
export async function startApp(jobs) {
  const imports = [CqrsModule.forRoot(), ...(jobs ? [EventFlowJobsModule.forRoot(jobs)] : [])];
  const app = await NestFactory.createApplicationContext(
    { module: AppModule, imports, providers: [SendReminderHandler] },
    { logger: false },
  );
  return app;
}

export const schedulersOf = (app) => ({
  commands: app.get(CommandScheduler),
  scheduler: app.get(JobScheduler),
});

/** Resolves once the handler has had this many commands, with the moment at which it got the first. */
export function allHandled(count) {
  let firstAt;
  handled.count = 0;
  return new Promise((resolve) => {
    handled.onCommand = () => {
      firstAt ??= performance.now();
      if (handled.count === count) resolve(firstAt);
    };
  });
}
