import 'reflect-metadata';
import type { VersionOptions } from './definition.js';

const JOB_VERSION = 'eventflow-jobs:job-version';
const COMMAND_VERSION = 'eventflow-jobs:command-version';

export interface DeclaredVersion {
  readonly name: string;
  readonly version: number;
  readonly options: VersionOptions;
}

/**
 * Gives a job class the name and version under which it is stored, independent of its class name. It holds for this
 * class alone: subclasses do not inherit it. Mistakes are told at start, by a {@link JobDefinitionError}.
 *
 * @example
 * ```ts
 * @JobVersion('LogMessage', 1)
 * export class LogMessageJob implements Job { ... }
 * ```
 * @publicApi
 */
export function JobVersion(name: string, version: number, options: VersionOptions = {}): ClassDecorator {
  return (target) => Reflect.defineMetadata(JOB_VERSION, { name, version, options }, target);
}

/**
 * Gives a command class the name and version under which it is stored, independent of its class name. It holds for
 * this class alone: subclasses do not inherit it. Mistakes are told at start, by a {@link JobDefinitionError}.
 *
 * @publicApi
 */
export function CommandVersion(name: string, version: number, options: VersionOptions = {}): ClassDecorator {
  return (target) => Reflect.defineMetadata(COMMAND_VERSION, { name, version, options }, target);
}

export function declaredJobVersion(type: object): DeclaredVersion | undefined {
  return Reflect.getOwnMetadata(JOB_VERSION, type) as DeclaredVersion | undefined;
}

export function declaredCommandVersion(type: object): DeclaredVersion | undefined {
  return Reflect.getOwnMetadata(COMMAND_VERSION, type) as DeclaredVersion | undefined;
}
