// The code blocks of docs/deploys-and-versions.md: each region stands there word for word, and its spec runs them.
import {
  type Job,
  type JobContext,
  type JobScheduler,
  JobVersion,
  RecurringJob,
} from 'nestjs-eventflow-jobs';

export const done: string[] = [];
const send = (line: string) => done.push(line);

// #region after
@JobVersion('SendInvoice', 2, {
  upgrade: {
    1: ({ orderId, euros }: { orderId: string; euros: number }) => ({ orderId, cents: euros * 100 }),
  },
})
export class SendInvoiceJob implements Job {
  constructor(
    readonly orderId: string,
    readonly cents: number,
  ) {}

  execute({ version }: JobContext) {
    send(`${this.orderId}: ${this.cents} cents, version ${version}`);
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

  execute({ name }: JobContext) {
    send(`${this.orderId}: ${this.euros} euros, as ${name}`);
  }
}
// #endregion

// #region recurring
@RecurringJob('collect-invoices', { cron: '0 3 * * *', timeZone: 'Europe/Rome' })
@JobVersion('CollectInvoices', 1)
export class CollectInvoicesJob implements Job {
  execute() {
    send('collected');
  }
}
// #endregion

export async function whyParked(scheduler: JobScheduler) {
  const reasons: string[] = [];
  // #region parked
  const { entries } = await scheduler.list({ state: 'parked' });
  for (const { id } of entries) reasons.push((await scheduler.explain(id)).text);
  // #endregion
  return reasons;
}
