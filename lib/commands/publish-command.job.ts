import { CommandBus, type ICommand } from '@nestjs/cqrs';
import { JobDefinitionError } from '../jobs/jobs.errors.js';
import type { JobContext } from '../jobs/job-context.interface.js';
import type { Job } from '../jobs/job.interface.js';
import { JobVersion } from '../jobs/version.decorators.js';
import { JobAsyncContext } from '../jobs/job-async-context.js';

/**
 * Gives a command to the Nest `CommandBus` when it runs. It is stored as the command's name, version and data, carries
 * the command's own `@JobPolicy`, and gives the bus a fresh instance at each attempt.
 *
 * @publicApi
 */
@JobVersion('PublishCommand', 1)
export class PublishCommandJob implements Job {
  private constructor(readonly command: ICommand) {}

  /** A job that gives `command` to the bus. */
  static create(command: ICommand): PublishCommandJob {
    return new PublishCommandJob(command);
  }

  async execute(context: JobContext): Promise<void> {
    await commandBusOf(context).execute(this.command, new JobAsyncContext(context));
  }
}

function commandBusOf(context: JobContext): CommandBus {
  try {
    return context.get(CommandBus);
  } catch (cause) {
    const error = new JobDefinitionError([
      `Command entry ${context.id} needs the CommandBus: import CqrsModule.forRoot() of @nestjs/cqrs into the app.`,
    ]);
    error.cause = cause;
    throw error;
  }
}
