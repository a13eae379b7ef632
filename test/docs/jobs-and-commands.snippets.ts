// The code blocks of docs/jobs-and-commands.md: each region stands there word for word; jobs-and-commands.spec.ts runs them.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable, Module, type OnModuleInit, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { CommandHandler, type IEvent, Saga, ofType } from '@nestjs/cqrs';
import {
  CommandVersion,
  DiscardJobError,
  EventFlowJobsModule,
  type Job,
  JobAsyncContext,
  type JobContext,
  JobEvents,
  JobFailedEvent,
  type JobId,
  type JobInterceptor,
  JobPolicy,
  JobValue,
  JobVersion,
  SnoozeJobError,
} from 'nestjs-eventflow-jobs';
import { type Observable, filter, map } from 'rxjs';
import { z } from 'zod';

@Injectable()
export class Exports {
  readonly written: string[] = [];
  readonly deleted: string[] = [];
  async write(order: string) {
    this.written.push(order);
  }
}

@Injectable()
export class Orders {
  readonly all = new Map<string, 'placed' | 'paid'>();
  async since(_customerId: string, _since: Date): Promise<string[]> {
    return [...this.all.keys()];
  }
  async find(orderId: string) {
    return this.all.get(orderId);
  }
}

// #region job
@JobVersion('ExportOrders', 1)
export class ExportOrdersJob implements Job {
  constructor(
    readonly customerId: string,
    readonly since: Date,
  ) {}

  async execute(context: JobContext) {
    const orders = await context.get(Orders).since(this.customerId, this.since);
    for (const [index, order] of orders.entries()) {
      context.signal.throwIfAborted();
      await context.get(Exports).write(order);
      context.progress((index + 1) / orders.length, `order ${order}`);
    }
  }
}
// #endregion

// #region command
@CommandVersion('SendEmail', 2, { upgrade: { 1: (data) => ({ ...data, locale: 'en' }) } })
@JobPolicy({ attempts: 5, timeout: '1m', queue: 'mail' })
export class SendEmailCommand {
  constructor(
    readonly customerId: string,
    readonly locale: string,
  ) {}
}
// #endregion

// #region alias
@JobVersion('ArchiveOrder', 1, { aliases: ['StoreOrder'] })
export class ArchiveOrderJob implements Job {
  constructor(readonly orderId: string) {}

  async execute(context: JobContext) {
    await context.get(Exports).write(this.orderId);
  }
}
// #endregion

// #region schema
@JobVersion('Rename', 1, { schema: z.object({ orderId: z.string(), title: z.string().min(1) }) })
export class RenameJob implements Job {
  constructor(
    readonly orderId: string,
    readonly title: string,
  ) {}

  async execute(context: JobContext) {
    await context.get(Exports).write(`${this.orderId}: ${this.title}`);
  }
}
// #endregion

// #region values
@JobValue('Money')
export class Money {
  constructor(
    readonly cents: bigint,
    readonly currency: string,
  ) {}
}

@JobValue('Iban', { toData: (iban: Iban) => iban.toString(), fromData: (text: string) => new Iban(text) })
export class Iban {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.replaceAll(' ', '');
  }

  toString() {
    return this.#text;
  }
}
// #endregion

export class TooManyRequestsError extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super('Too many requests.');
  }
}

@Injectable()
export class Bank {
  open = true;
  failure: Error | undefined;
  readonly charged: string[] = [];
  readonly refunds: string[] = [];
  async charge(orderId: string) {
    this.charged.push(orderId);
    if (this.failure) throw this.failure;
  }
  async refund(iban: Iban, { cents, currency }: Money) {
    this.refunds.push(`${cents} ${currency} to ${iban.toString()}`);
  }
}

// #region policy
@JobPolicy({
  attempts: 8,
  backoff: (attempt, error) =>
    error instanceof TooManyRequestsError ? `${error.retryAfterSeconds}s` : `${attempt * 10}s`,
})
export class ChargeCardCommand {
  constructor(readonly orderId: string) {}
}
// #endregion

// #region outcomes
@CommandHandler(ChargeCardCommand)
export class ChargeCardHandler {
  constructor(
    private readonly orders: Orders,
    private readonly bank: Bank,
  ) {}

  async execute({ orderId }: ChargeCardCommand) {
    const status = await this.orders.find(orderId);
    if (status === undefined) throw new DiscardJobError(`There is no order ${orderId}.`);
    if (status === 'paid') return; // an entry may run twice
    if (!this.bank.open) throw new SnoozeJobError('15 minutes');
    await this.bank.charge(orderId);
  }
}
// #endregion

@JobVersion('Refund', 1)
export class RefundJob implements Job {
  constructor(
    readonly iban: Iban,
    readonly amount: Money,
  ) {}
  async execute(context: JobContext) {
    await context.get(Bank).refund(this.iban, this.amount);
  }
}

@Injectable()
export class Tenant extends AsyncLocalStorage<string | undefined> {}

// #region interceptor
@Injectable()
export class TenantInterceptor implements JobInterceptor {
  constructor(private readonly tenant: Tenant) {}

  async schedule(entry: { metadata: Record<string, string> }, next: () => Promise<JobId>) {
    const name = this.tenant.getStore();
    if (name !== undefined) entry.metadata['tenant'] = name;
    return next();
  }

  async execute(context: JobContext, next: () => Promise<void>) {
    await this.tenant.run(context.metadata['tenant'], next);
  }
}
// #endregion

// #region events
@Injectable()
export class Failures implements OnModuleInit {
  readonly lines: string[] = [];

  constructor(private readonly events: JobEvents) {}

  onModuleInit() {
    this.events.ofType('retrying', 'failed').subscribe(({ type, name, command, attempt, error }) => {
      this.lines.push(`${command?.name ?? name} ${type} after attempt ${attempt}: ${error?.message}`);
    });
  }
}
// #endregion

export class TellSupportCommand {
  constructor(
    readonly entryId: string,
    readonly problem: string,
  ) {}
}

@Injectable()
export class Support {
  readonly told: string[] = [];
}

@CommandHandler(TellSupportCommand)
export class TellSupportHandler {
  constructor(private readonly support: Support) {}
  async execute({ problem }: TellSupportCommand) {
    this.support.told.push(problem);
  }
}

// #region failed
@Injectable()
export class ChargeFailed {
  @Saga()
  failed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(JobFailedEvent),
      filter(({ entry }) => entry.command?.name === 'ChargeCardCommand'),
      map(({ entry, error }) => new TellSupportCommand(entry.id, error.message)),
    );
}
// #endregion

@Injectable()
export class Mailer {
  readonly sent: string[] = [];
  async send(customerId: string, locale: string, idempotencyKey: string) {
    this.sent.push(`${customerId} ${locale} ${idempotencyKey}`);
  }
}

// #region request
@CommandHandler(SendEmailCommand, { scope: Scope.REQUEST })
export class SendEmailHandler {
  constructor(
    @Inject(REQUEST) private readonly request: JobAsyncContext,
    private readonly mailer: Mailer,
  ) {}

  async execute({ customerId, locale }: SendEmailCommand) {
    const { id, signal } = this.request.job;
    signal.throwIfAborted();
    await this.mailer.send(customerId, locale, id); // the entry's id is the same at each attempt
  }
}
// #endregion

// #region register
@Module({
  imports: [
    EventFlowJobsModule.forFeature({
      jobs: [ExportOrdersJob, ArchiveOrderJob, RenameJob, RefundJob],
      values: [Money, Iban],
    }),
  ],
  providers: [ChargeCardHandler, SendEmailHandler],
})
export class OrdersModule {}
// #endregion
