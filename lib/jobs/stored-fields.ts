import { inspect, isDeepStrictEqual } from 'node:util';
import type { Type } from '@nestjs/common';
import { JobSerializationError } from '../serialization/job-serialization.error.js';
import { printable } from '../serialization/printable.js';
import { usesPrivateMembers } from '../serialization/private-members.js';
import { quotesData } from '../serialization/quoted-data.js';
import type { VersionedDefinition } from './definition.js';
import type { Route } from './job-definitions.js';
import { messageOf } from './thrown.js';
import { schemaIssues } from './standard-schema.js';
import { UnrunnableJobError } from './unrunnable-job.error.js';

type MaybePromise<T> = T | Promise<T>;

const HIDES_ITS_DATA = [Map, Set, WeakMap, WeakSet, Array, Date, RegExp, Promise, ArrayBuffer, Uint8Array];

/** The class of a job or command; `undefined` where it has none that can be read. */
export function classOf(instance: unknown): Type | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined;
  const type = read(instance, 'constructor');
  return typeof type === 'function' ? (type as Type) : undefined;
}

/** The fields of a job or command instance, to be stored. */
export function fieldsOf(instance: object): Record<string, unknown> {
  const type = instance.constructor;
  if (usesPrivateMembers(type)) {
    throw new JobSerializationError(
      `${type.name} has #private members, which no copy of it could have: use TypeScript's \`private\` instead.`,
      '',
    );
  }
  if (hidesItsData(instance)) {
    throw new JobSerializationError(
      `${type.name} keeps its data where no field shows it, as a Map or an Array does: hold that in a field instead.`,
      '',
    );
  }
  const fields = ownFieldsOf(instance);
  // Not by identity: many a getter makes its Date or list anew at each reading.
  const accessible = accessorsOf(type);
  if (accessible.length === 0) return fields;
  const lost = accessible.find(
    (name) => !isDeepStrictEqual(read(instance, name), read(instanceOf(type, fields), name)),
  );
  if (lost === undefined) return fields;
  throw new JobSerializationError(
    `${type.name}.${lost} keeps its value elsewhere than in a field, as a property decorator may: no copy would have it. ` +
      'Make it a plain field.',
    lost,
  );
}

function ownFieldsOf(instance: object): Record<string, unknown> {
  try {
    return { ...instance };
  } catch (cause) {
    const field = namesOf(instance).find((name) => !isReadable(instance, name)) ?? '';
    const place = printable(`${instance.constructor.name}${field ? `.${field}` : ''}`);
    throw new JobSerializationError(
      `${place} cannot be stored: reading it threw an error: pass plain data without getters that can throw`,
      field,
      { cause },
    );
  }
}

function namesOf(instance: object): string[] {
  try {
    return Object.keys(instance);
  } catch {
    return []; // a proxy that does not say
  }
}

/** @throws {JobSerializationError} where the definition's schema refuses the fields. */
export async function assertSchema(definition: VersionedDefinition, fields: unknown): Promise<void> {
  const issues = await schemaIssues(definition.options.schema, fields).catch((thrown: unknown) => {
    const { text, cause } = reasonWithoutData(thrown, fields);
    throw new JobSerializationError(`The schema of ${definition.type.name} threw: ${text}`, '', { cause });
  });
  if (!issues) return;
  const { path, message } = issues[0]!;
  const { text } = reasonWithoutData(new Error(message), fields);
  throw new JobSerializationError(
    `${definition.type.name}${path ? `.${printable(path)}` : ''} is refused by its schema: ${text}`,
    path,
  );
}

/** What an upgrader or a schema says often quotes the data, which are not for logs; then only that it said so is left. */
function reasonWithoutData(thrown: unknown, data: unknown): { text: string; cause?: unknown } {
  const message = messageOf(thrown);
  if (quotesData(message, data)) return { text: 'what it says quotes the data, and is left out here' };
  return { text: printable(message), cause: causeWithoutData(thrown, data) };
}

/** One that has more about it than its message could show the data by that. */
function causeWithoutData(thrown: unknown, data: unknown): unknown {
  return quotesData(inspect(thrown, { depth: 10 }), data) ? undefined : thrown;
}

const hiding = new WeakMap<object, boolean>();

function hidesItsData(instance: object): boolean {
  const prototype = Object.getPrototypeOf(instance) as object;
  let hides = hiding.get(prototype);
  if (hides === undefined) {
    hides = HIDES_ITS_DATA.some((kind) => instance instanceof kind);
    hiding.set(prototype, hides);
  }
  return hides;
}

/**
 * Brings stored fields to the route's version and makes an instance of its class, without calling the constructor. At once,
 * where there is nothing to wait for.
 */
export function reviveFields(route: Route, fields: unknown): MaybePromise<object> {
  const { definition, upgrades } = route;
  if (upgrades.length > 0 || definition.options.schema) return reviveChecked(route, fields);
  if (!isRecord(fields)) throw refused(definition, 'the stored data is no record of fields');
  return instanceOf(definition.type, fields);
}

async function reviveChecked(route: Route, fields: unknown): Promise<object> {
  const { definition } = route;
  let current = fields;
  for (const upgrade of route.upgrades) {
    try {
      current = await upgrade(current);
    } catch (cause) {
      throw refused(definition, 'an upgrader refused the stored data', cause, current);
    }
  }
  if (!isRecord(current)) throw refused(definition, 'the stored data is no record of fields');
  const issues = await schemaIssues(definition.options.schema, current).catch((cause: unknown) => {
    throw refused(definition, 'its schema threw', cause, current);
  });
  if (issues) throw refused(definition, `its schema refuses the stored data at '${issues[0]!.path}'`);
  return instanceOf(definition.type, current);
}

/** An instance with these fields, defined rather than assigned where a setter of the class would see them. */
function instanceOf(type: Function, fields: object): object {
  const instance = Object.create(type.prototype as object) as object;
  if (takesAssignment(type)) return Object.assign(instance, fields);
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(instance, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return instance;
}

const assignable = new WeakMap<Function, boolean>();

/** Whether no property of the class, or of those it extends, stands in the way of a field of the same name. */
function takesAssignment(type: Function): boolean {
  let answer = assignable.get(type);
  if (answer === undefined) {
    answer = prototypesOf(type).every((prototype) =>
      Object.values(Object.getOwnPropertyDescriptors(prototype)).every(({ writable }) => writable === true),
    );
    assignable.set(type, answer);
  }
  return answer;
}

const accessors = new WeakMap<Function, string[]>();

/** The properties of a class that can be read and written, but are no fields. */
function accessorsOf(type: Function): string[] {
  let names = accessors.get(type);
  if (names) return names;
  names = prototypesOf(type).flatMap((prototype) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([, property]) => property.get !== undefined && property.set !== undefined)
      .map(([name]) => name),
  );
  accessors.set(type, names);
  return names;
}

function prototypesOf(type: Function): object[] {
  const prototypes: object[] = [];
  for (
    let at = type.prototype as object | null;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object
  )
    prototypes.push(at);
  return prototypes;
}

/** `undefined` where it cannot be read: then nothing of it is lost either. */
function read(instance: object, name: string): unknown {
  try {
    return (instance as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function isReadable(instance: object, name: string): boolean {
  try {
    void (instance as Record<string, unknown>)[name];
    return true;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function refused(
  { name, version }: VersionedDefinition,
  why: string,
  thrown?: unknown,
  data?: unknown,
): UnrunnableJobError {
  if (thrown === undefined) return new UnrunnableJobError('refused', `'${name}' version ${version}: ${why}.`);
  const { text, cause } = reasonWithoutData(thrown, data);
  return new UnrunnableJobError('refused', `'${name}' version ${version}: ${why}: ${text}.`, { cause });
}
