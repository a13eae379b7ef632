import { Injectable } from '@nestjs/common';
import type { ICommand } from '@nestjs/cqrs';
import type { JobId } from '../jobs/job-id.js';
import type { JobPolicyOptions } from '../jobs/job-policy.js';
import type { Duration } from '../scheduling/duration.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import type { RecurringSchedule } from '../scheduling/recurring-schedule.js';
import type { ScheduleOptions } from '../scheduling/schedule-options.js';
import { PublishCommandJob } from './publish-command.job.js';

/**
 * `JobScheduler` for commands: each is wrapped in a `PublishCommandJob`, which gives it to the `CommandBus` at its time.
 *
 * @publicApi
 */
@Injectable()
export class CommandScheduler {
  constructor(private readonly scheduler: JobScheduler) {}

  /** See {@link JobScheduler.scheduleNow}. */
  scheduleNow(command: ICommand, options?: ScheduleOptions): Promise<JobId> {
    return this.scheduler.scheduleNow(PublishCommandJob.create(command), options);
  }

  /** See {@link JobScheduler.schedule}. */
  schedule(command: ICommand, when: Date | Duration, options?: ScheduleOptions): Promise<JobId> {
    return this.scheduler.schedule(PublishCommandJob.create(command), when, options);
  }

  /** See {@link JobScheduler.scheduleRecurring}. */
  scheduleRecurring(
    id: string,
    command: ICommand,
    schedule: RecurringSchedule,
    options?: JobPolicyOptions,
  ): Promise<void> {
    return this.scheduler.scheduleRecurring(id, PublishCommandJob.create(command), schedule, options);
  }
}
