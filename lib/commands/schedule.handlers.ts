import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JobId } from '../jobs/job-id.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { CancelScheduledCommand } from './cancel-scheduled.command.js';
import { CommandScheduler } from './command.scheduler.js';
import { ScheduleCommand } from './schedule.command.js';

@CommandHandler(ScheduleCommand)
export class ScheduleCommandHandler implements ICommandHandler<ScheduleCommand, JobId> {
  constructor(private readonly commands: CommandScheduler) {}

  execute({ command, when, options }: ScheduleCommand): Promise<JobId> {
    return this.commands.schedule(command, when, options);
  }
}

@CommandHandler(CancelScheduledCommand)
export class CancelScheduledCommandHandler implements ICommandHandler<CancelScheduledCommand, boolean> {
  constructor(private readonly scheduler: JobScheduler) {}

  execute({ idOrKey }: CancelScheduledCommand): Promise<boolean> {
    return this.scheduler.cancel(idOrKey);
  }
}
