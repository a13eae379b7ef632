// Code blocks of docs/writing-a-scheduler.md; the scheduler itself is in timer.scheduler.ts.
import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, type Job, type JobContext, JobVersion } from 'nestjs-eventflow-jobs';
import { TimerScheduler } from './timer.scheduler.js';

@JobVersion('Note', 1)
export class NoteJob implements Job {
  static readonly notes: string[] = [];
  constructor(readonly text: string) {}
  execute({ id }: JobContext) {
    NoteJob.notes.push(`${id} ${this.text}`);
  }
}

// #region register
@Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({
      jobs: [NoteJob],
      scheduler: TimerScheduler,
      require: ['delay', 'cancel'], // the app does not start on a scheduler without these
    }),
  ],
})
export class AppModule {}
// #endregion
