import { Get, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandDefinitions } from '../commands/command-definitions.js';
import { JobDefinitions } from '../jobs/job-definitions.js';
import type { JobEntry } from '../scheduling/job-entry.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { DASHBOARD_OPTIONS, type JobsDashboardViewOptions } from './dashboard.options.js';
import { EntryActions } from './entry-actions.js';
import { toListFilter } from './entry-query.js';
import { EntryViews } from './entry-views.js';
import { type HttpReply, type HttpRequest, urlOf } from './http.js';
import { answerJson } from './json-answers.js';
import { RequestError } from './request.error.js';
import { bodyOfWrite } from './write-request.js';

const MOST_FOUND = 50;

/** Entries: in lists, one by one, and what is done to them. */
export class EntriesController {
  constructor(
    @Inject(JobScheduler) private readonly scheduler: JobScheduler,
    @Inject(EntryViews) private readonly views: EntryViews,
    @Inject(EntryActions) private readonly actions: EntryActions,
    @Inject(JobDefinitions) private readonly jobs: JobDefinitions,
    @Inject(CommandDefinitions) private readonly commands: CommandDefinitions,
    @Inject(DASHBOARD_OPTIONS) private readonly options: JobsDashboardViewOptions,
  ) {}

  @Get('api/entries')
  list(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => {
      const { entries, cursor } = await this.scheduler.list(toListFilter(urlOf(request).searchParams));
      return { ...this.summaries(entries), ...(cursor !== undefined && { cursor }) };
    });
  }

  @Get('api/search')
  search(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => {
      const text = urlOf(request).searchParams.get('q')?.trim();
      if (!text)
        throw RequestError.invalid('`q` must be an id, a key, or the name of a job or of a command.');
      return this.summaries(await this.find(text));
    });
  }

  @Get('api/entries/:id')
  get(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => {
      const id = String(request.params.id);
      const entry = await this.scheduler.get({ id });
      if (!entry) {
        throw RequestError.notFound(`There is no entry ${id}: it never was, or is no longer kept.`);
      }
      const explanation = this.views.explanation(entry, await this.scheduler.explain(id));
      return { entry: this.views.detail(entry), explanation };
    });
  }

  @Post('api/entries/actions')
  act(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, () => this.actions.run(bodyOfWrite(request, this.options)));
  }

  /** The first that fits: an id, a key, names. */
  private async find(text: string): Promise<JobEntry[]> {
    const one = (await this.scheduler.get({ id: text })) ?? (await this.scheduler.get({ key: text }));
    if (one) return [one];
    const filter = { order: 'newest-first', limit: MOST_FOUND } as const;
    const pages = await Promise.all(
      this.namesOf(text).map((named) => this.scheduler.list({ ...filter, [named]: text })),
    );
    return pages.flatMap(({ entries }) => entries);
  }

  /** To look for what is not there takes a store longest: what this process knows as the one is not looked for as the other. */
  private namesOf(text: string): ('name' | 'command')[] {
    const isJob = this.jobs.versions(text).length > 0;
    const isCommand = this.commands.versions(text).length > 0;
    return [
      ...(isJob || !isCommand ? ['name' as const] : []),
      ...(isCommand || !isJob ? ['command' as const] : []),
    ];
  }

  private summaries(entries: readonly JobEntry[]): { entries: Record<string, unknown>[] } {
    return { entries: entries.map((entry) => this.views.summary(entry)) };
  }
}
