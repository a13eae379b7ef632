import { Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule } from 'nestjs-eventflow-jobs';
import { JobLog } from './job.log.js';
import { LogMessageJob } from './messages/log-message.job.js';
import { MessagesModule } from './messages/messages.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { chooseScheduler } from './scheduler.js';

@Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({ jobs: [LogMessageJob], scheduler: chooseScheduler() }),
    MessagesModule,
    OrdersModule,
  ],
  providers: [JobLog, { provide: APP_PIPE, useClass: StandardSchemaValidationPipe }],
})
export class AppModule {}
