// The module of docs/getting-started.md, and the lines that it exchanges in it: getting-started.spec.ts runs each.
// #region module
import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule } from 'nestjs-eventflow-jobs';
import { RemindersController, SendReminderHandler } from './reminders.js';

@Module({
  imports: [CqrsModule.forRoot(), EventFlowJobsModule.forRoot()],
  controllers: [RemindersController],
  providers: [SendReminderHandler],
})
export class AppModule {}
// #endregion
