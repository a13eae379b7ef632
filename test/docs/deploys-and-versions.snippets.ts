// The code blocks of docs/deploys-and-versions.md: each region stands there word for word, and its spec runs them.
import type { Type } from '@nestjs/common';
import {
  EventFlowJobsModule,
  type Job,
  type JobContext,
  type JobScheduler,
  JobVersion,
  RecurringJob,
} from 'nestjs-eventflow-jobs';

export const done: string[] = [];

/** The release that was there before. */
export namespace before {
  // #region before
  @JobVersion('SendInvoice', 1)
  export class SendInvoiceJob implements Job {
    constructor(
      readonly orderId: string,
      readonly euros: number,
    ) {}

    execute() {
      done.push(`${this.orderId}: ${this.euros} EUR`);
    }
  }
  // #endregion
}

// #region after
interface InvoiceV1 {
  readonly orderId: string;
  readonly euros: number;
}

@JobVersion('SendInvoice', 2, {
  upgrade: { 1: ({ orderId, euros }: InvoiceV1) => ({ orderId, cents: euros * 100, currency: 'EUR' }) },
})
export class SendInvoiceJob implements Job {
  constructor(
    readonly orderId: string,
    readonly cents: number,
    readonly currency: string,
  ) {}

  execute(context: JobContext) {
    done.push(`${this.orderId}: ${this.cents / 100} ${this.currency} (version ${context.version})`);
  }
}
// #endregion

// #region renamed
@JobVersion('MailInvoice', 1, { aliases: ['SendInvoice'] })
export class MailInvoiceJob implements Job {
  constructor(
    readonly orderId: string,
    readonly euros: number,
  ) {}

  execute(context: JobContext) {
    done.push(`${this.orderId}: ${this.euros} EUR (as ${context.name})`);
  }
}
// #endregion

export async function parked(scheduler: JobScheduler) {
  const told: string[] = [];
  // #region parked
  const { entries } = await scheduler.list({ state: 'parked' });
  for (const { id } of entries) told.push((await scheduler.explain(id)).text);
  // #endregion
  return told;
}

// #region recurring
@RecurringJob('invoices', { cron: '0 3 * * *', timeZone: 'Europe/Rome' })
@JobVersion('CollectInvoices', 1)
export class CollectInvoicesJob implements Job {
  execute() {
    done.push('collected');
  }
}
// #endregion

export const release = (jobs: Type<Job>[]) => EventFlowJobsModule.forFeature({ jobs });
