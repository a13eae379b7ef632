// The code blocks of docs/coming-from-nestjs-bullmq.md: each region stands there word for word, and its spec runs them.
import { Injectable } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import {
  CommandScheduler,
  CommandVersion,
  DiscardJobError,
  EventFlowJobsModule,
  JobPolicy,
  JobScheduler,
  RecurringJob,
} from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';

/** Stands for the app's own. */
@Injectable()
export class Shop {
  readonly sent: string[] = [];
  readonly customers = new Map([['ada', 'ada@example.com']]);
}

export const modules = (connection: string) => [
  CqrsModule.forRoot(),
  // #region module
  EventFlowJobsModule.forRoot({
    scheduler: bullMqScheduler({ connection }), // 'redis://localhost:6379', say
    worker: { queues: { mail: { concurrency: 5 } } },
  }),
  // #endregion
];

// #region command
@CommandVersion('SendLetter', 1)
@JobPolicy({ queue: 'mail', attempts: 5, backoff: { type: 'exponential', delay: '1s' } })
export class SendLetterCommand {
  constructor(
    readonly customerId: string,
    readonly orderedAt: Date,
  ) {}
}

@CommandHandler(SendLetterCommand)
export class SendLetterHandler {
  constructor(private readonly shop: Shop) {}

  async execute({ customerId, orderedAt }: SendLetterCommand) {
    const address = this.shop.customers.get(customerId);
    if (address === undefined) throw new DiscardJobError(`There is no customer ${customerId}`);
    this.shop.sent.push(`${address} of ${orderedAt.getFullYear()}`);
  }
}
// #endregion

// #region digest
@RecurringJob('digest', { cron: '0 8 * * *', timeZone: 'Europe/Rome' })
@JobPolicy({ queue: 'mail' })
export class SendDigestCommand {}

@CommandHandler(SendDigestCommand)
export class SendDigestHandler {
  constructor(private readonly shop: Shop) {}

  async execute() {
    this.shop.sent.push('digest');
  }
}
// #endregion

// #region schedule
@Injectable()
export class Letters {
  constructor(
    private readonly commands: CommandScheduler,
    private readonly scheduler: JobScheduler,
  ) {}

  async later(customerId: string, orderedAt: Date) {
    const command = new SendLetterCommand(customerId, orderedAt);
    await this.commands.schedule(command, '7 days', { key: `letter:${customerId}` });
  }

  async never(customerId: string) {
    await this.scheduler.cancel({ key: `letter:${customerId}` });
  }
}
// #endregion
