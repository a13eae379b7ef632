import { Injectable, type Type } from '@nestjs/common';
import type { VersionedDefinition } from '../jobs/definition.js';
import type { JobConverter } from '../jobs/job-mapper.js';
import type { Job } from '../jobs/job.interface.js';
import { JobNotRegisteredError } from '../jobs/jobs.errors.js';
import type { StoredJob } from '../jobs/stored-job.js';
import { classOf, fieldsOf, reviveFields } from '../jobs/stored-fields.js';
import { UnrunnableJobError } from '../jobs/unrunnable-job.error.js';
import { CommandDefinitions } from './command-definitions.js';
import { PublishCommandJob } from './publish-command.job.js';

interface StoredCommand {
  readonly name: string;
  readonly version: number;
  readonly data: unknown;
}

/** A `PublishCommandJob` is stored as its command's name, version and data. */
@Injectable()
export class PublishCommandConverter implements JobConverter {
  readonly type = PublishCommandJob as unknown as Type<Job>;

  constructor(private readonly commands: CommandDefinitions) {}

  toData(job: Job) {
    const { command } = job as PublishCommandJob;
    const type = classOf(command);
    if (!type) {
      throw new JobNotRegisteredError('No command was given: pass an instance of a command class.');
    }
    const definition = this.commands.of(type) as VersionedDefinition;
    const fields = fieldsOf(command);
    const { name, version } = definition;
    return {
      data: { name, version, data: fields },
      owner: type.name,
      root: 'data',
      command: { name, version },
      definition,
      fields,
    };
  }

  fromData(data: unknown): Job | Promise<Job> {
    const { name, version, data: fields } = storedCommand(data);
    const route = this.commands.route(name, version);
    if (!route || !this.commands.isHandled(route.definition.type)) {
      throw new UnrunnableJobError(
        'unknown',
        route
          ? `The command '${name}' version ${version} has no @CommandHandler here.`
          : `No class here stands for the command '${name}' version ${version}, nor can it be upgraded.`,
      );
    }
    const command = reviveFields(route, fields);
    return command instanceof Promise
      ? command.then((made) => PublishCommandJob.create(made))
      : PublishCommandJob.create(command);
  }

  policyTypeOf({ command }: StoredJob): Type | undefined {
    return command && this.commands.route(command.name, command.version)?.definition.type;
  }

  commandOf(job: Job): { name: string; version: number } {
    const { name, version } = this.commands.of((job as PublishCommandJob).command.constructor as Type);
    return { name, version };
  }

  /** Every command name and version that {@link PublishCommandConverter.knows}. */
  takes(): { name: string; version: number }[] {
    return this.commands.takes().filter(({ name, version }) => this.knows(name, version));
  }

  /** Whether {@link PublishCommandConverter.fromData} has a class and a handler for it. */
  knows(name: string, version: number): boolean {
    const route = this.commands.route(name, version);
    return route !== undefined && this.commands.isHandled(route.definition.type);
  }
}

function storedCommand(data: unknown): StoredCommand {
  const { name, version } = (data ?? {}) as Partial<StoredCommand>;
  if (typeof name === 'string' && typeof version === 'number') return data as StoredCommand;
  throw new UnrunnableJobError('refused', 'The stored data of a PublishCommand name no command.');
}
