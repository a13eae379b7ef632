// The code blocks of README.md: each region stands there word for word, and readme.spec.ts runs them.
import { Controller, Injectable, Module, Param, Post } from '@nestjs/common';
import { CommandHandler, CqrsModule, type IEvent, Saga, ofType } from '@nestjs/cqrs';
import {
  CancelScheduledCommand,
  EventFlowJobsModule,
  type Job,
  type JobContext,
  JobScheduler,
  JobVersion,
  PublishCommandJob,
  ScheduleCommand,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { type Observable, map } from 'rxjs';

export class SendEmailCommand {
  constructor(readonly customerId: string) {}
}

@Injectable()
export class Mailer {
  readonly sent: string[] = [];
}

@CommandHandler(SendEmailCommand)
export class SendEmailHandler {
  constructor(private readonly mailer: Mailer) {}
  async execute({ customerId }: SendEmailCommand) {
    this.mailer.sent.push(customerId);
  }
}

@Injectable()
export class MessageLog {
  readonly lines: string[] = [];
  write(line: string) {
    this.lines.push(line);
  }
}

// #region controller
@Controller('customers')
export class CustomersController {
  constructor(private readonly scheduler: JobScheduler) {}

  @Post(':id/reminder')
  async remind(@Param('id') id: string) {
    const command = new SendEmailCommand(id);
    const job = PublishCommandJob.create(command);
    return { jobId: await this.scheduler.schedule(job, '7 days') };
  }
}
// #endregion

// #region job
@JobVersion('LogMessage', 1)
export class LogMessageJob implements Job {
  constructor(readonly message: string) {}

  async execute(context: JobContext) {
    context.get(MessageLog).write(this.message);
  }
}
// #endregion

// #region module
@Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({
      jobs: [LogMessageJob],
      scheduler: inProcessScheduler(), // without this line: instantScheduler()
    }),
  ],
  controllers: [CustomersController],
  providers: [SendEmailHandler, Mailer, MessageLog],
})
export class AppModule {}
// #endregion

export class OrderPlacedEvent implements IEvent {
  constructor(readonly orderId: string) {}
}
export class OrderPaidEvent implements IEvent {
  constructor(readonly orderId: string) {}
}
export class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}

// #region saga
@Injectable()
export class PaymentDeadline {
  @Saga()
  placed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      map(({ orderId }) => {
        const command = new CancelUnpaidOrderCommand(orderId);
        return new ScheduleCommand(command, '30m', { key: `payment-deadline:${orderId}` });
      }),
    );

  @Saga()
  paid = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPaidEvent),
      map(({ orderId }) => new CancelScheduledCommand({ key: `payment-deadline:${orderId}` })),
    );
}
// #endregion
