import { AsyncContext } from '@nestjs/cqrs';
import type { JobContext } from './job-context.interface.js';

/**
 * What a request-scoped command handler gets by `@Inject(REQUEST)` when a scheduled entry gives it its command.
 *
 * @example
 * ```ts
 * @CommandHandler(SendEmailCommand, { scope: Scope.REQUEST })
 * export class SendEmailHandler {
 *   constructor(@Inject(REQUEST) private readonly request: JobAsyncContext) {}
 *   async execute() { this.request.job.progress(0.5); }
 * }
 * ```
 * @publicApi
 */
export class JobAsyncContext extends AsyncContext {
  constructor(readonly job: JobContext) {
    super();
  }
}
