// The code blocks of docs/coming-from-eventflow.md: each region stands there word for word, and its spec runs them.
import { Injectable, Module } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import {
  CommandVersion,
  EventFlowJobsModule,
  type Job,
  type JobContext,
  JobScheduler,
  JobVersion,
  PublishCommandJob,
} from 'nestjs-eventflow-jobs';

@Injectable()
export class MessageLog {
  readonly lines: string[] = [];
}

// #region job
@JobVersion('LogMessage', 1)
export class LogMessageJob implements Job {
  constructor(readonly message: string) {}

  execute(context: JobContext) {
    context.get(MessageLog).lines.push(this.message);
  }
}
// #endregion

// #region command
@CommandVersion('CloseTicket', 1)
export class CloseTicketCommand {
  constructor(readonly ticketId: string) {}
}

@CommandHandler(CloseTicketCommand)
export class CloseTicketHandler {
  constructor(private readonly log: MessageLog) {}

  async execute({ ticketId }: CloseTicketCommand) {
    this.log.lines.push(`closed ${ticketId}`);
  }
}
// #endregion

// #region schedule
@Injectable()
export class Tickets {
  constructor(private readonly scheduler: JobScheduler) {}

  async closeLater(ticketId: string) {
    const job = PublishCommandJob.create(new CloseTicketCommand(ticketId));
    return this.scheduler.schedule(job, '7 days'); // EventFlow's instant scheduler would run it now
  }
}
// #endregion

// #region module
@Module({
  imports: [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ jobs: [LogMessageJob] })],
  providers: [MessageLog, CloseTicketHandler, Tickets],
})
export class AppModule {}
// #endregion
