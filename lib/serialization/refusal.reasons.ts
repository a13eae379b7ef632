import { isNative } from './built-in-kind.js';
import { getJobValueOptions } from './job-value.decorator.js';
import type { JobValueRegistry } from './job-value.registry.js';

/** Levels of nesting beyond which data is refused, the fields of the job itself being the first. */
export const MAX_DEPTH = 200;

const PLAIN = 'pass plain data';
const BINARY = 'pass a Uint8Array with a copy of its bytes';
const PRIMITIVE = 'pass the primitive value';

/** What to pass instead of what the language and Node bring along but no store brings back. */
const INSTEAD: Record<string, string> = {
  Error: 'pass its message, and what else you need of it, as plain fields',
  Buffer: 'pass new Uint8Array(buffer)',
  ArrayBuffer: BINARY,
  SharedArrayBuffer: BINARY,
  DataView: BINARY,
  BigInt64Array: 'pass an array of bigints',
  BigUint64Array: 'pass an array of bigints',
  Float16Array: 'pass an array of numbers',
  Number: PRIMITIVE,
  String: PRIMITIVE,
  Boolean: PRIMITIVE,
  BigInt: PRIMITIVE,
  Symbol: PRIMITIVE,
  URLSearchParams: 'pass its toString()',
  Promise: 'await it first',
};

export const reasons = {
  function: 'it is a function: pass data, and keep behaviour in methods of the class',
  symbol: 'it is a symbol, and symbols do not outlive the process: pass a string',
  tooDeep: `it is nested over ${MAX_DEPTH} levels deep: flatten the data, or store it elsewhere and pass a reference`,
  symbolKey: 'it has fields with symbols as keys: use strings as keys',
  forbiddenKey: 'its name could be used to tamper with prototypes: call the field something else',
  nullPrototype: `it is an object without a prototype: spread it into a plain one, { ...value }`,
  sparse: 'it is a hole in a sparse array: fill it with undefined or null',
  ownFields: (what: string) => `it is a ${what} with fields of its own, which would be lost: ${PLAIN}`,
  invalidDate: 'it is an invalid Date: pass a valid one, or undefined',
  lastIndex: 'it is a RegExp whose lastIndex is not 0, which would be lost: pass a fresh one',
  floats: 'it is a typed array with NaN, -0 or an infinity, which would be lost: pass an array of numbers',
  memory:
    'it is a typed array on shared or resizable memory, or on that of another one: pass a copy, value.slice()',
  reading: 'reading it threw an error: pass plain data without getters that can throw',
  toData: (name: string) => `toData of @JobValue('${name}') threw an error: see the cause`,
  conversionLoop: (name: string) =>
    `toData of @JobValue('${name}') leads back to the value itself: let it give an id instead`,
  privateMembers: (type: Function, name: string) =>
    `it is ${a(type.name)}, whose #private members would be lost: give @JobValue('${name}', { toData, fromData })`,
  builtInBase: (type: Function, name: string) =>
    `it is ${a(type.name)}, which extends a built-in class, and that part would be lost: give @JobValue('${name}', { toData, fromData })`,
  notRevived: (what: string) =>
    `it is ${what} that cannot be brought back: see the cause, and look at fromData and at accessors of its class`,
  changed: 'it would come back changed: pass plain data, or look at getters and proxies in it',
  changedClass: (type: string) =>
    `it would come back as another class than ${type}: look at fromData, and at getters and proxies in the data`,
  changedByConvert: (name: string) =>
    `it would come back changed by @JobValue('${name}'): let toData and fromData keep all of the value`,
  split:
    'it is one object in several places, and would come back as several: pass copies, value objects by toData included',
  merged:
    'it would come back as one object together with another: look at fromData, and at getters and proxies',
  tooLarge: (total: number, limit: number, field: number) =>
    `the data takes ${bytes(total)} as text, over the limit of ${bytes(limit)}, and this field most of it, ` +
    `${bytes(field)}: store it elsewhere and pass a reference, or raise \`maxPayload\``,
  unwritable: 'it cannot be written: look at getters and proxies in the data',
};

/** For an object of a class that cannot be stored as it is. */
export function unknownClassReason(value: object, prototype: object, registry: JobValueRegistry): string {
  const type = classOf(prototype);
  if (type === undefined) return `it has a prototype of its own that no class made: ${PLAIN}`;
  const name = type.name || 'class without a name';
  if (value instanceof Error) return `it is ${a(name)}, an error, and would lose parts: ${INSTEAD.Error}`;
  if (isNative(type) || name in INSTEAD) {
    const builtIn = type.prototype === prototype ? a(name) : `something like ${a(name)}`;
    return `it is ${builtIn}, which cannot be stored: ${INSTEAD[name] ?? PLAIN}`;
  }
  const parent = registeredParent(prototype, registry);
  const own = getJobValueOptions(type);
  const label = own?.name ?? (type.name || 'Name');
  const listing = 'list it in `values` of forRoot or forFeature; or pass plain data';
  const mend = own ? listing : `decorate it with @JobValue('${label}') and ${listing}`;
  if (parent)
    return `it is ${a(name)}, a subclass of the registered ${parent}, but not registered itself: ${mend}`;
  return `it is ${a(name)}, which is not registered: ${mend}`;
}

/** For an object that says it is of a built-in class but is none: a proxy, or one with a prototype put on it. */
export function impostorReason(prototype: object): string {
  return `it only looks like ${a(classOf(prototype)?.name ?? 'built-in')} (a proxy, or a changed prototype): pass the real one`;
}

export function classOf(prototype: object): Function | undefined {
  const owner = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
  return typeof owner === 'function' ? owner : undefined;
}

function registeredParent(prototype: object, registry: JobValueRegistry): string | undefined {
  let parent = Object.getPrototypeOf(prototype) as object | null;
  while (parent) {
    const definition = registry.byPrototype(parent);
    if (definition) return definition.type.name;
    parent = Object.getPrototypeOf(parent) as object | null;
  }
  return undefined;
}

export function a(name: string): string {
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function bytes(count: number): string {
  return Number.isFinite(count) ? `${count} bytes` : 'too many bytes to write';
}
