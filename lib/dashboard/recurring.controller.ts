import { Get, Inject, Post, Req, Res } from '@nestjs/common';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { DASHBOARD_OPTIONS, type JobsDashboardViewOptions } from './dashboard.options.js';
import type { HttpReply, HttpRequest } from './http.js';
import { answerJson } from './json-answers.js';
import { RequestError } from './request.error.js';
import { bodyOfWrite } from './write-request.js';

/** Recurring jobs, and what is done to them. */
export class RecurringController {
  constructor(
    @Inject(JobScheduler) private readonly scheduler: JobScheduler,
    @Inject(DASHBOARD_OPTIONS) private readonly options: JobsDashboardViewOptions,
  ) {}

  @Get('api/recurring')
  list(@Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => ({
      recurring: (await this.scheduler.listRecurring()).map((one) => ({
        ...one,
        paused: one.paused === true,
      })),
    }));
  }

  @Post('api/recurring/actions')
  act(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => {
      const { action, id } = bodyOfWrite(request, this.options);
      if (typeof id !== 'string') throw RequestError.invalid('`id` must be that of a recurring job.');
      const done = await this.run(action, id);
      if (!done) throw RequestError.notFound(`There is no recurring job ${id}.`);
      return { done: true, ...(typeof done === 'string' && { entryId: done }) };
    });
  }

  /** @returns the id of the entry that it made, or whether there is such a recurring job. */
  private async run(action: unknown, id: string): Promise<string | boolean> {
    switch (action) {
      case 'trigger':
        return (await this.scheduler.triggerRecurring(id)) ?? false;
      case 'pause':
        return this.scheduler.pauseRecurring(id);
      case 'resume':
        return this.scheduler.resumeRecurring(id);
      case 'remove':
        return this.scheduler.removeRecurring(id);
      default:
        throw RequestError.invalid('`action` must be trigger, pause, resume or remove.');
    }
  }
}
