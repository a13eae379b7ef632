import { Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule } from 'nestjs-eventflow-jobs';
import { DATABASE, type Database } from './database/database.js';
import { DatabaseModule } from './database/database.module.js';
import { JobLog } from './job.log.js';
import { LogMessageJob } from './messages/log-message.job.js';
import { MessagesModule } from './messages/messages.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { RedisConfig } from './redis/redis.config.js';
import { RedisModule } from './redis/redis.module.js';
import { chooseScheduler } from './scheduler.js';

@Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRootAsync({
      imports: [DatabaseModule, RedisModule],
      inject: [DATABASE, RedisConfig],
      useFactory: (database: Database, redis: RedisConfig) => ({
        jobs: [LogMessageJob],
        scheduler: chooseScheduler(database, redis),
      }),
    }),
    MessagesModule,
    OrdersModule,
    OperationsModule,
  ],
  providers: [JobLog, { provide: APP_PIPE, useClass: StandardSchemaValidationPipe }],
})
export class AppModule {}
