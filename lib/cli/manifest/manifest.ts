import { createHash } from 'node:crypto';
import type { VersionedDefinition } from '../../jobs/definition.js';
import type { JobDefinitions } from '../../jobs/job-definitions.js';
import { type Shape, shapeOf } from './shape.js';

export interface ManifestEntry {
  readonly kind: 'job' | 'command';
  readonly name: string;
  readonly version: number;
  readonly shape: Shape;
  /** Of the shape: 16 hexadecimal digits of its SHA-256. */
  readonly hash: string;
  /** The versions whose data upgraders take. */
  readonly upgradesFrom: readonly number[];
}

export interface Manifest {
  readonly definitions: readonly ManifestEntry[];
}

/** Every definition of a build, by kind, name and version. */
export function manifestOf(jobs: JobDefinitions, commands: JobDefinitions): Manifest {
  const entries = [
    ...jobs.all().map((one) => entryOf('job', one as VersionedDefinition)),
    ...commands.all().map((one) => entryOf('command', one as VersionedDefinition)),
  ].filter(({ kind, name }) => kind !== 'job' || name !== 'PublishCommand');
  const key = ({ kind, name, version }: ManifestEntry) =>
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
    hash: createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16),
    upgradesFrom: Object.keys(options.upgrade ?? {}).map(Number),
  };
}
