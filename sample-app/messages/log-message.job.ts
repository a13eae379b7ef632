import { type Job, type JobContext, JobVersion } from 'nestjs-eventflow-jobs';
import { MessageLog } from './message.log.js';

@JobVersion('LogMessage', 1)
export class LogMessageJob implements Job {
  constructor(readonly message: string) {}

  execute(context: JobContext): void {
    context.get(MessageLog).write(this.message);
  }
}
