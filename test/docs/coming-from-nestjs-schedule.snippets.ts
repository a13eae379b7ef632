// The code blocks of docs/coming-from-nestjs-schedule.md: each region stands there word for word, and its spec runs them.
import { Injectable } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import {
  CommandScheduler,
  type Job,
  type JobContext,
  JobScheduler,
  JobVersion,
  RecurringJob,
} from 'nestjs-eventflow-jobs';

@Injectable()
export class Log {
  readonly lines: string[] = [];
}

// #region recurring
@RecurringJob('nightly-report', { cron: '0 3 * * *', timeZone: 'Europe/Rome' })
@JobVersion('NightlyReport', 1)
export class NightlyReportJob implements Job {
  execute(context: JobContext) {
    context.get(Log).lines.push('report');
  }
}
// #endregion

// #region later
export class RemindCommand {
  constructor(readonly customerId: string) {}
}

@CommandHandler(RemindCommand)
export class RemindHandler {
  constructor(private readonly log: Log) {}

  async execute({ customerId }: RemindCommand) {
    this.log.lines.push(`remind ${customerId}`);
  }
}

@Injectable()
export class Reminders {
  constructor(
    private readonly commands: CommandScheduler,
    private readonly scheduler: JobScheduler,
  ) {}

  async remind(customerId: string) {
    await this.commands.schedule(new RemindCommand(customerId), '7 days', { key: `reminder:${customerId}` });
  }

  async forget(customerId: string) {
    await this.scheduler.cancel({ key: `reminder:${customerId}` });
  }
}
// #endregion
