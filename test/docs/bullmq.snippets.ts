// The code blocks of docs/bullmq.md: each region stands there word for word, and bullmq.spec.ts runs it.
import { Injectable } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { Queue } from 'bullmq';
import { CommandScheduler, CommandVersion, EventFlowJobsModule, JobPolicy } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';

export function appModule(connection: string) {
  return [
    CqrsModule.forRoot(),
    // #region module
    EventFlowJobsModule.forRoot({
      scheduler: bullMqScheduler({ connection }), // 'redis://localhost:6379', say
    }),
    // #endregion
  ];
}

export class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}

/** Stands for the app's own database. */
export abstract class OrderRepository {
  abstract insert(orderId: string): Promise<void>;
  abstract cancelIfUnpaid(orderId: string): Promise<void>;
}

// #region order
@Injectable()
export class Orders {
  constructor(
    private readonly repository: OrderRepository,
    private readonly commands: CommandScheduler,
  ) {}

  async place(orderId: string) {
    const key = `payment-deadline:${orderId}`;
    await this.commands.schedule(new CancelUnpaidOrderCommand(orderId), '30m', { key });
    await this.repository.insert(orderId);
  }
}

@CommandHandler(CancelUnpaidOrderCommand)
export class CancelUnpaidOrderHandler {
  constructor(private readonly repository: OrderRepository) {}

  async execute({ orderId }: CancelUnpaidOrderCommand) {
    await this.repository.cancelIfUnpaid(orderId); // one that is not there is none that is unpaid
  }
}
// #endregion

// #region look
export async function lookAt(url: string) {
  const queue = new Queue('default', { connection: { url }, prefix: '{eventflow-jobs}' });
  const { delayed, prioritized, active, completed, failed } = await queue.getJobCounts();
  const [first] = await queue.getDelayed(0, 0);
  await queue.close();
  return { counts: { delayed, prioritized, active, completed, failed }, first };
}
// #endregion

export abstract class Mailer {
  abstract sendReminder(customerId: string): Promise<void>;
}

// #region after
@CommandVersion('SendReminder', 1)
@JobPolicy({ queue: 'mail', attempts: 5, backoff: { type: 'exponential', delay: '1s' } })
export class SendReminderCommand {
  constructor(readonly customerId: string) {}
}

@CommandHandler(SendReminderCommand)
export class SendReminderHandler {
  constructor(private readonly mailer: Mailer) {}

  async execute({ customerId }: SendReminderCommand) {
    await this.mailer.sendReminder(customerId);
  }
}

@Injectable()
export class Reminders {
  constructor(private readonly commands: CommandScheduler) {}

  async remind(customerId: string) {
    await this.commands.schedule(new SendReminderCommand(customerId), '7 days', {
      key: `reminder:${customerId}`,
    });
  }
}
// #endregion
