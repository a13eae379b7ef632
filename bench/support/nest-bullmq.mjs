import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Inject } from '@nestjs/common';
import { SendReminder, SendReminderHandler } from './app.mjs';
import { connectionTo } from './redis.mjs';

/** What one writes by hand with @nestjs/bullmq: the processor makes the command again and gives it to the bus. */
export async function startNestBullMq(url, prefix, concurrency) {
  class ReminderProcessor extends WorkerHost {
    constructor(bus) {
      super();
      this.bus = bus;
    }

    async process({ data }) {
      await this.bus.execute(Object.assign(Object.create(SendReminder.prototype), data));
    }
  }
  Inject(CommandBus)(ReminderProcessor, undefined, 0);
  Processor('reminders', { concurrency })(ReminderProcessor);

  class AppModule {}
  const connection = connectionTo(url);
  const imports = [
    CqrsModule.forRoot(),
    // Finished jobs are kept for a bounded number, as ours are.
    BullModule.forRoot({ connection, prefix }),
    BullModule.registerQueue({ name: 'reminders' }),
  ];
  const app = await NestFactory.createApplicationContext(
    { module: AppModule, imports, providers: [SendReminderHandler, ReminderProcessor] },
    { logger: false },
  );
  return () => app.close().then(() => connection.quit());
}
