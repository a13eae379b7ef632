// The code blocks of docs/getting-started.md: each region stands there word for word, and getting-started.spec.ts runs it.
// #region reminders
import { Controller, Logger, Param, Post } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import { CommandScheduler, JobScheduler } from 'nestjs-eventflow-jobs';

export class SendReminderCommand {
  constructor(
    readonly customerId: string,
    readonly orderedAt: Date,
  ) {}
}

@CommandHandler(SendReminderCommand)
export class SendReminderHandler {
  private readonly logger = new Logger('Reminders');

  async execute({ customerId, orderedAt }: SendReminderCommand) {
    this.logger.log(`${customerId} ordered on ${orderedAt.toDateString()}`); // still a Date
  }
}

@Controller('customers')
export class RemindersController {
  constructor(
    private readonly commands: CommandScheduler,
    private readonly scheduler: JobScheduler,
  ) {}

  @Post(':id/reminder')
  async remind(@Param('id') id: string) {
    const command = new SendReminderCommand(id, new Date());
    return { id: await this.commands.schedule(command, '10s', { key: `reminder:${id}` }) };
  }

  @Post(':id/reminder/cancel')
  async cancel(@Param('id') id: string) {
    return { cancelled: await this.scheduler.cancel({ key: `reminder:${id}` }) };
  }
}
// #endregion
