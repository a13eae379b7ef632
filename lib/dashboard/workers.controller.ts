import { Get, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandDefinitions } from '../commands/command-definitions.js';
import { JobDefinitions } from '../jobs/job-definitions.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { DASHBOARD_OPTIONS, type JobsDashboardViewOptions } from './dashboard.options.js';
import type { HttpReply, HttpRequest } from './http.js';
import { answerJson } from './json-answers.js';
import { RequestError } from './request.error.js';
import { bodyOfWrite } from './write-request.js';

/** Who runs entries: queues, workers, and what this process knows. */
export class WorkersController {
  constructor(
    @Inject(JobScheduler) private readonly scheduler: JobScheduler,
    @Inject(JobDefinitions) private readonly jobs: JobDefinitions,
    @Inject(CommandDefinitions) private readonly commands: CommandDefinitions,
    @Inject(DASHBOARD_OPTIONS) private readonly options: JobsDashboardViewOptions,
  ) {}

  @Get('api/queues')
  queues(@Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => ({ queues: await this.scheduler.queues() }));
  }

  @Post('api/queues/actions')
  act(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => {
      const { action, queue } = bodyOfWrite(request, this.options);
      if (queue !== undefined && (typeof queue !== 'string' || queue === '')) {
        throw RequestError.invalid('`queue` must be the name of one; leave it out for all.');
      }
      if (action === 'pause') await this.scheduler.pause(queue);
      else if (action === 'resume') await this.resume(queue);
      else throw RequestError.invalid('`action` must be pause or resume.');
      return { done: true };
    });
  }

  /** One queue does not go on while all are paused. */
  private async resume(queue: string | undefined): Promise<void> {
    await this.scheduler.resume(queue);
    if (queue === undefined || !this.scheduler.capabilities.has('query')) return;
    const still = (await this.scheduler.queues()).find(({ name }) => name === queue);
    if (still?.paused) throw RequestError.conflict(`Every queue is paused, '${queue}' too: resume all.`);
  }

  @Get('api/workers')
  workers(@Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => ({ workers: await this.scheduler.workers() }));
  }

  @Get('api/definitions')
  definitions(@Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, () => ({ jobs: namesOf(this.jobs), commands: namesOf(this.commands) }));
  }
}

function namesOf(definitions: JobDefinitions): { name: string; versions: number[] }[] {
  const names = [...new Set(definitions.all().map(({ name }) => name))].toSorted();
  return names.map((name) => ({
    name,
    versions: definitions.versions(name).map(({ version }) => version),
  }));
}
