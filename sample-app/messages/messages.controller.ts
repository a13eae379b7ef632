import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { JobScheduler } from 'nestjs-eventflow-jobs';
import { type ScheduledAnswer, scheduledAnswer } from '../scheduled.answer.js';
import { LogMessageJob } from './log-message.job.js';
import { type MessageRequest, messageRequest } from './message.request.js';

@Controller('messages')
export class MessagesController {
  constructor(private readonly scheduler: JobScheduler) {}

  @Post()
  @HttpCode(202)
  async write(@Body({ schema: messageRequest }) request: MessageRequest): Promise<ScheduledAnswer> {
    const id = await this.scheduler.schedule(new LogMessageJob(request.message), request.in);
    return scheduledAnswer(this.scheduler, id);
  }
}
