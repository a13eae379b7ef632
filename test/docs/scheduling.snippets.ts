// The code blocks of docs/scheduling.md: each region stands there word for word, and scheduling.spec.ts runs them.
import { Injectable, Module } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import {
  CommandScheduler,
  DuplicateJobKeyError,
  EventFlowJobsModule,
  type Job,
  type JobContext,
  type JobEntry,
  JobScheduler,
  JobVersion,
  JobWorker,
  PublishCommandJob,
  RecurringJob,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';

@Injectable()
export class Log {
  readonly lines: string[] = [];
}

@JobVersion('Reminder', 1)
export class ReminderJob implements Job {
  constructor(readonly customerId: string) {}
  execute(context: JobContext) {
    context.get(Log).lines.push(`remind ${this.customerId}`);
  }
}

export class SendEmailCommand {
  constructor(readonly customerId: string) {}
}

@CommandHandler(SendEmailCommand)
export class SendEmailHandler {
  constructor(private readonly log: Log) {}
  async execute({ customerId }: SendEmailCommand) {
    this.log.lines.push(`mail ${customerId}`);
  }
}

export class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}

@Injectable()
export class Orders {
  readonly status = new Map<string, 'placed' | 'paid' | 'cancelled'>();
}

// #region state
@CommandHandler(CancelUnpaidOrderCommand)
export class CancelUnpaidOrderHandler {
  constructor(private readonly orders: Orders) {}

  async execute({ orderId }: CancelUnpaidOrderCommand) {
    if (this.orders.status.get(orderId) !== 'placed') return; // paid meanwhile, or cancelled already
    this.orders.status.set(orderId, 'cancelled');
  }
}
// #endregion

// #region declared
@RecurringJob('nightly-report', { cron: '0 3 * * *', timeZone: 'Europe/Rome' })
@JobVersion('NightlyReport', 1)
export class NightlyReportJob implements Job {
  execute(context: JobContext) {
    context.get(Log).lines.push(`report of ${context.runAt.toISOString()}`);
  }
}
// #endregion

export async function schedule(scheduler: JobScheduler, commands: CommandScheduler) {
  const job = new ReminderJob('42');
  // #region schedule
  await scheduler.scheduleNow(job);
  await scheduler.schedule(job, '7 days');
  await scheduler.schedule(job, 90_000); // milliseconds
  const id = await scheduler.schedule(job, new Date('2027-06-01T08:00:00Z'));
  await commands.schedule(new SendEmailCommand('42'), '30m');
  // #endregion
  return id;
}

export async function scheduleWithKey(scheduler: JobScheduler, commands: CommandScheduler) {
  // #region key
  const command = new CancelUnpaidOrderCommand('42');
  const key = 'payment-deadline:42';
  const first = await commands.schedule(command, '30m', { key });
  const second = await commands.schedule(command, '1h', { key }); // keep: second === first
  const third = await commands.schedule(command, '1h', { key, onConflict: 'replace' });
  await commands.schedule(command, '2h', { key, onConflict: 'reject' }).catch((error) => {
    if (!(error instanceof DuplicateJobKeyError)) throw error;
  });
  await scheduler.cancel({ key });
  // #endregion
  return { first, second, third };
}

export async function scheduleMany(scheduler: JobScheduler) {
  // #region many
  const ids = await scheduler.scheduleMany([
    { job: new ReminderJob('42'), when: '7 days', key: 'remind:42' },
    { job: new ReminderJob('43'), when: new Date('2027-06-01T08:00:00Z') },
    { job: PublishCommandJob.create(new SendEmailCommand('staff')) }, // now
  ]);
  // #endregion
  return ids;
}

export async function manage(scheduler: JobScheduler, id: string) {
  // #region manage
  await scheduler.reschedule(id, '1h'); // true: it waits for its new time
  await scheduler.reschedule({ key: 'remind:42' }, new Date('2027-06-01T08:00:00Z'));
  const cancelled = await scheduler.cancel(id); // true: it will not run, or is told to stop
  const retried = await scheduler.retry(id); // false: it has not failed and is not parked
  // #endregion
  return { cancelled, retried };
}

export async function failedMails(scheduler: JobScheduler) {
  // #region list
  const failed: JobEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await scheduler.list({ state: 'failed', command: 'SendEmailCommand', limit: 500, cursor });
    failed.push(...page.entries);
    cursor = page.cursor;
  } while (cursor !== undefined);
  // #endregion
  return failed;
}

export async function look(scheduler: JobScheduler, id: string) {
  // #region look
  const entry = await scheduler.get(id); // also get({ key })
  const { scheduled, running } = await scheduler.counts();
  const { reason, text } = await scheduler.explain(id);
  // #endregion
  return { entry, scheduled, running, reason, text };
}

export async function recurring(scheduler: JobScheduler, commands: CommandScheduler) {
  // #region recurring
  await scheduler.scheduleRecurring('digest', new ReminderJob('42'), {
    cron: '0 8 * * MON-FRI',
    timeZone: 'Europe/Rome',
    missed: 'skip',
  });
  await commands.scheduleRecurring('mail', new SendEmailCommand('staff'), { every: '15 minutes' });
  const [digest] = await scheduler.listRecurring();
  await scheduler.removeRecurring('mail');
  // #endregion
  return digest;
}

export async function pauseMail(scheduler: JobScheduler) {
  // #region pause
  await scheduler.pause('mail'); // this queue; pause() is all of them
  await scheduler.resume('mail'); // this queue; resume() ends every pause
  // #endregion
}

// #region module
@Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({
      jobs: [ReminderJob, NightlyReportJob],
      scheduler: inProcessScheduler(),
      worker: {
        concurrency: 20,
        queues: {
          mail: { concurrency: 2, rateLimit: { max: 100, per: '1m' } },
        },
      },
      shutdownTimeout: '10s',
    }),
  ],
  providers: [SendEmailHandler, CancelUnpaidOrderHandler, Orders, Log],
})
export class AppModule {}
// #endregion

// #region worker
@Injectable()
export class Maintenance {
  constructor(private readonly worker: JobWorker) {}

  async run(work: () => Promise<void>) {
    await this.worker.stop(); // claims no more, and waits for what runs
    await work();
    await this.worker.start();
  }
}
// #endregion
