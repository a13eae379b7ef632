import { fileURLToPath } from 'node:url';
import { Injectable, Module } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  CommandVersion,
  type Job,
  type JobContext,
  JobPolicy,
  JobVersion,
  RecurringJob,
} from 'nestjs-eventflow-jobs';

/** What the outer world of this shop is like at the moment. */
@Injectable()
export class World {
  cardsAreDeclined = true;
}

const HERE = fileURLToPath(new URL('../../..', import.meta.url));

class CardDeclinedError extends Error {
  override readonly name = 'CardDeclinedError';

  constructor(message: string) {
    super(message);
    // Screenshots are the same wherever they are made.
    this.stack = this.stack?.replaceAll(HERE, '/app/');
  }
}

@JobVersion('ChargeCard', 1)
@JobPolicy({ attempts: 2, backoff: { type: 'fixed', delay: 1 }, queue: 'payments' })
export class ChargeCardJob implements Job {
  constructor(
    readonly orderId: string,
    readonly cents = 4_200,
  ) {}

  execute(context: JobContext) {
    if (!context.get(World).cardsAreDeclined) return;
    throw new CardDeclinedError(`The bank declined ${this.cents} cents for order ${this.orderId}.`);
  }
}

/** Goes on until it is cancelled. */
@JobVersion('RenderReport', 1)
@JobPolicy({ queue: 'reports' })
export class RenderReportJob implements Job {
  constructor(
    readonly month: string,
    readonly done = 0.42,
  ) {}

  async execute(context: JobContext) {
    context.progress(this.done, 'page 21 of 50');
    const { signal } = context;
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

@JobVersion('SendReceipt', 1)
export class SendReceiptJob implements Job {
  constructor(readonly orderId: string) {}
  execute() {}
}

@RecurringJob('clean-up', { cron: '0 3 * * *', timeZone: 'Europe/Rome' })
@JobVersion('CleanUp', 1)
class CleanUpJob implements Job {
  execute() {}
}

@CommandVersion('CancelUnpaidOrder', 1)
export class CancelUnpaidOrderCommand extends Command<void> {
  constructor(readonly orderId: string) {
    super();
  }
}

@CommandHandler(CancelUnpaidOrderCommand)
class CancelUnpaidOrderHandler implements ICommandHandler<CancelUnpaidOrderCommand> {
  async execute() {}
}

@Module({ providers: [World, CancelUnpaidOrderHandler], exports: [World] })
export class ShopModule {}

export const SHOP_JOBS = [ChargeCardJob, RenderReportJob, SendReceiptJob, CleanUpJob];
