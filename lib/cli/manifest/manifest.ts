import { createHash } from 'node:crypto';
import type { VersionedDefinition } from '../../jobs/definition.js';
import type { JobDefinitions } from '../../jobs/job-definitions.js';
import type { JobValueDefinition } from '../../serialization/job-value.registry.js';
import { type Shape, shapeOf } from './shape.js';

export interface ManifestEntry {
  readonly kind: 'job' | 'command' | 'value';
  readonly name: string;
  /** Values have none. */
  readonly version?: number;
  readonly shape: Shape;
  /** Of the shape: 16 hexadecimal digits of its SHA-256. */
  readonly hash: string;
  /** The versions whose data upgraders take. */
  readonly upgradesFrom: readonly number[];
}

export interface Manifest {
  readonly definitions: readonly ManifestEntry[];
}

/** Every definition of a build, by kind, name and version; values are what `@JobValue` names. */
export function manifestOf(
  jobs: JobDefinitions,
  commands: JobDefinitions,
  values: readonly JobValueDefinition[],
): Manifest {
  const entries = [
    ...jobs.all().map((one) => entryOf('job', one as VersionedDefinition)),
    ...commands.all().map((one) => entryOf('command', one as VersionedDefinition)),
    ...values.map(valueEntryOf),
  ].filter(({ kind, name }) => kind !== 'job' || name !== 'PublishCommand');
  const key = ({ kind, name, version = 0 }: ManifestEntry) =>
    `${kind} ${name} ${String(version).padStart(9, '0')}`;
  return { definitions: entries.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) };
}

function entryOf(
  kind: ManifestEntry['kind'],
  { name, version, type, options }: VersionedDefinition,
): ManifestEntry {
  const shape = shapeOf(type, options.schema);
  return {
    kind,
    name,
    version,
    shape,
    hash: hashOf(shape),
    upgradesFrom: Object.keys(options.upgrade ?? {}).map(Number),
  };
}

/** What a conversion makes of a value is its own affair, and so is what it can read. */
function valueEntryOf({ name, type, convert }: JobValueDefinition): ManifestEntry {
  const shape: Shape = convert
    ? { fields: [], parameters: [], isConverted: true }
    : { ...shapeOf(type, undefined), parameters: [] };
  return { kind: 'value', name, shape, hash: hashOf(shape), upgradesFrom: [] };
}

function hashOf(shape: Shape): string {
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}
