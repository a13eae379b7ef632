import type { Type } from '@nestjs/common';
import { JobSerializationError } from '../serialization/job-serialization.error.js';
import { usesPrivateMembers } from '../serialization/private-members.js';
import type { VersionedDefinition } from './definition.js';
import type { Route } from './job-definitions.js';
import { schemaIssues } from './standard-schema.js';
import { UnrunnableJobError } from './unrunnable-job.error.js';

/** The fields of a job or command instance, to be stored. */
export function fieldsOf(instance: object): Record<string, unknown> {
  const type = instance.constructor;
  if (usesPrivateMembers(type)) {
    throw new JobSerializationError(
      `${type.name} has #private members, which no copy of it could have: use TypeScript's \`private\` instead.`,
      '',
    );
  }
  return { ...instance };
}

/** @throws {JobSerializationError} where the definition's schema refuses the fields. */
export async function assertSchema(definition: VersionedDefinition, fields: unknown): Promise<void> {
  const issues = await schemaIssues(definition.options.schema, fields);
  if (!issues) return;
  const { path, message } = issues[0]!;
  throw new JobSerializationError(
    `${definition.type.name}${path ? `.${path}` : ''} is refused by its schema: ${message}`,
    path,
  );
}

/** Brings stored fields to the route's version and makes an instance of its class, without calling the constructor. */
export async function reviveFields(route: Route, fields: unknown): Promise<object> {
  const { definition } = route;
  let current = fields;
  for (const upgrade of route.upgrades) {
    try {
      current = await upgrade(current);
    } catch (cause) {
      throw refused(definition, 'an upgrader refused the stored data', cause);
    }
  }
  if (typeof current !== 'object' || current === null) {
    throw refused(definition, 'the stored data is no record of fields');
  }
  const issues = await schemaIssues(definition.options.schema, current).catch((cause: unknown) => {
    throw refused(definition, 'its schema threw', cause);
  });
  if (issues) throw refused(definition, `its schema refuses the stored data at '${issues[0]!.path}'`);
  return Object.assign(
    Object.create((definition.type as Type<object>).prototype as object) as object,
    current,
  );
}

function refused({ name, version }: VersionedDefinition, why: string, cause?: unknown): UnrunnableJobError {
  const detail = cause instanceof Error ? `: ${cause.message}` : '';
  return new UnrunnableJobError('refused', `'${name}' version ${version}: ${why}${detail}.`, { cause });
}
