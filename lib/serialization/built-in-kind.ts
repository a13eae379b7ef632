import { types } from 'node:util';

/** The built-in classes that stored data may hold besides plain objects and arrays. */
export type BuiltInKind = 'date' | 'map' | 'set' | 'regexp' | 'url' | 'typed array';

/** Those that superjson brings back. */
export const TYPED_ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const;

export type StorableTypedArray = InstanceType<(typeof TYPED_ARRAYS)[number]>;

const KINDS = new Map<object, BuiltInKind>([
  [Date.prototype, 'date'],
  [Map.prototype, 'map'],
  [Set.prototype, 'set'],
  [RegExp.prototype, 'regexp'],
  [URL.prototype, 'url'],
  ...TYPED_ARRAYS.map((type): [object, BuiltInKind] => [type.prototype, 'typed array']),
]);

/** By the direct prototype, so that subclasses are none of them. */
export function builtInKind(prototype: object): BuiltInKind | undefined {
  return KINDS.get(prototype);
}

/** Whether some class between this one and `Object` is the language's or the platform's own: Map, Error, ... */
export function extendsBuiltIn(type: Function): boolean {
  let prototype: unknown = type.prototype;
  while (prototype instanceof Object && prototype !== Object.prototype) {
    const owner = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
    if (typeof owner === 'function' && isNative(owner)) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

export function isNative(type: Function): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(type));
}

/** Asks for the thing itself: a proxy and an object with a foreign prototype have no such innards. */
export function isGenuine(value: object, kind: BuiltInKind): boolean {
  switch (kind) {
    case 'date':
      return types.isDate(value);
    case 'map':
      return types.isMap(value);
    case 'set':
      return types.isSet(value);
    case 'regexp':
      return types.isRegExp(value);
    case 'typed array':
      return types.isTypedArray(value) && value.constructor.name === value[Symbol.toStringTag];
    default:
      return URL.canParse((value as URL).href);
  }
}
