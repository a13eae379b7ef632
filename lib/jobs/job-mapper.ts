import type { Type } from '@nestjs/common';
import type { JobValueDefinition } from '../serialization/job-value.registry.js';
import type { PayloadSerializer } from '../serialization/payload.serializer.js';
import { StoredDataError } from '../serialization/stored-data.error.js';
import type { VersionedDefinition } from './definition.js';
import type { JobDefinitions } from './job-definitions.js';
import type { Job } from './job.interface.js';
import { JobNotRegisteredError } from './jobs.errors.js';
import { messageOf } from './thrown.js';
import { assertSchema, classOf, fieldsOf, reviveFields } from './stored-fields.js';
import type { StoredJob } from './stored-job.js';
import { UnrunnableJobError } from './unrunnable-job.error.js';

/** What a stored job is, without its data. */
export type StoredKind = Pick<StoredJob, 'name' | 'version' | 'command'>;

/** A job made again from what was stored. */
export interface RevivedJob {
  readonly job: Job;
  readonly definition: VersionedDefinition;
}

/** A job on its way to the store. */
export interface MappedJob {
  readonly stored: StoredJob;
  /** The class whose `@JobPolicy` holds. */
  readonly policyType: Type;
  /** Rejects where a schema refuses the data. */
  readonly checked?: Promise<void>;
}

/** For a job class whose stored data are not just its fields. */
export interface JobConverter {
  readonly type: Type<Job>;
  /** `owner` and `root` are what an error about the data names: a class, and where in the data its fields lie. */
  toData(job: Job): {
    data: object;
    owner: string;
    root: string;
    command: { name: string; version: number };
    definition: VersionedDefinition;
    fields: object;
  };
  fromData(data: unknown): Job | Promise<Job>;
  policyTypeOf(stored: StoredJob): Type | undefined;
  /** The definition of the command in a job. */
  commandOf(job: Job): { name: string; version: number };
  takes(): { name: string; version: number }[];
}

/** The fields of a job are copied out of it; those of a command lie in a record of its name and version. */
const COPIED = 1;
const COPIED_WITH_COMMAND = 2;

/** Job to stored job, and back. */
export class JobMapper {
  private converter: JobConverter | undefined;

  constructor(
    private readonly definitions: JobDefinitions,
    private readonly serializer: PayloadSerializer,
  ) {}

  use(converter: JobConverter): void {
    this.converter = converter;
  }

  /** The value classes that stored data may name. */
  get values(): readonly JobValueDefinition[] {
    return this.serializer.values;
  }

  /**
   * Reads the job at once: what happens to it afterwards does not reach what is stored.
   *
   * @throws {JobNotRegisteredError} where the job's class, or the class of the command in it, is not registered.
   * @throws {JobSerializationError} where its data would not come back as they are.
   */
  toStored(job: Job): MappedJob {
    const type = classOf(job);
    if (!type) {
      throw new JobNotRegisteredError('No job was given: pass an instance of a registered job class.');
    }
    const definition = this.definitions.of(type) as VersionedDefinition;
    const { name, version } = definition;
    if (type === this.converter?.type) {
      const { data, owner, root, command, definition: inner, fields } = this.converter.toData(job);
      const stored = {
        name,
        version,
        data: this.serializer.serialize(data, owner, root, COPIED_WITH_COMMAND),
        command,
      };
      return { stored, policyType: inner.type, ...checked(inner, fields) };
    }
    const fields = fieldsOf(job);
    const stored = { name, version, data: this.serializer.serialize(fields, type.name, '', COPIED) };
    return { stored, policyType: type, ...checked(definition, fields) };
  }

  /**
   * At once, where there is nothing to wait for.
   *
   * @throws {UnrunnableJobError} where this process cannot make the job: the entry is to be parked.
   */
  fromStored(stored: StoredJob): RevivedJob | Promise<RevivedJob> {
    const route = this.definitions.route(stored.name, stored.version);
    if (!route) {
      throw new UnrunnableJobError(
        'unknown',
        `No class here stands for '${stored.name}' version ${stored.version}, nor can it be upgraded.`,
      );
    }
    const data = this.parse(stored);
    const { definition } = route;
    const job =
      definition.type === this.converter?.type
        ? this.converter.fromData(data)
        : (reviveFields(route, data) as Job | Promise<Job>);
    return job instanceof Promise ? job.then((made) => ({ job: made, definition })) : { job, definition };
  }

  /** The class whose `@JobPolicy` holds, where this process has one. */
  policyTypeOf(stored: StoredJob): Type | undefined {
    const type = this.definitions.route(stored.name, stored.version)?.definition.type;
    return type && type === this.converter?.type ? this.converter.policyTypeOf(stored) : type;
  }

  /** For a job that holds a command: which. */
  commandOf(job: Job): { name: string; version: number } | undefined {
    return job.constructor === this.converter?.type ? this.converter?.commandOf(job) : undefined;
  }

  /** Whether {@link JobMapper.fromStored} has a class for it. */
  knows(stored: StoredKind, knowsCommand: KnowsCommand): boolean {
    if (!this.definitions.route(stored.name, stored.version)) return false;
    return !stored.command || knowsCommand(stored.command.name, stored.command.version);
  }

  /** All that {@link JobMapper.knows}, for a store that has to know it beforehand. */
  kinds(): StoredKind[] {
    return this.definitions.takes().flatMap((kind): StoredKind[] => {
      if (this.definitions.route(kind.name, kind.version)?.definition.type !== this.converter?.type)
        return [kind];
      return this.converter!.takes().map((command) => ({ ...kind, command }));
    });
  }

  /** The stored data for people to look at; as they lie in the store where they cannot be read. */
  view(stored: StoredJob): unknown {
    try {
      return this.serializer.deserialize(stored.data);
    } catch (error) {
      if (error instanceof StoredDataError) return stored.data;
      throw error;
    }
  }

  private parse(stored: StoredJob): unknown {
    try {
      return this.serializer.deserialize(stored.data);
    } catch (cause) {
      throw new UnrunnableJobError(
        'refused',
        `'${stored.name}' version ${stored.version}: the stored data cannot be read: ${messageOf(cause)}`,
        { cause },
      );
    }
  }
}

function checked(definition: VersionedDefinition, fields: object): { checked?: Promise<void> } {
  if (!definition.options.schema) return {};
  const check = assertSchema(definition, fields);
  // Whoever planned the entry may refuse it before he comes to listen.
  check.catch(() => {});
  return { checked: check };
}

type KnowsCommand = (name: string, version: number) => boolean;
