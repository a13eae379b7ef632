// What docs/coming-from-nestjs-schedule.md sets beside ours: the same by @nestjs/schedule. Its spec runs it.
import { Injectable } from '@nestjs/common';
import { Cron, SchedulerRegistry } from '@nestjs/schedule';
import { Log } from './coming-from-nestjs-schedule.snippets.js';

// #region cron
@Injectable()
export class ReportTasks {
  constructor(private readonly log: Log) {}

  @Cron('0 3 * * *', { name: 'nightly-report', timeZone: 'Europe/Rome' })
  nightly() {
    this.log.lines.push('report');
  }
}
// #endregion

// #region timeout
@Injectable()
export class Reminders {
  constructor(
    private readonly registry: SchedulerRegistry,
    private readonly log: Log,
  ) {}

  remind(customerId: string) {
    const timer = setTimeout(
      () => {
        this.registry.deleteTimeout(`reminder:${customerId}`);
        this.log.lines.push(`remind ${customerId}`);
      },
      7 * 24 * 60 * 60 * 1000,
    );
    this.registry.addTimeout(`reminder:${customerId}`, timer);
  }

  forget(customerId: string) {
    this.registry.deleteTimeout(`reminder:${customerId}`);
  }
}
// #endregion
