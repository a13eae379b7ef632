import { types } from 'node:util';
import {
  builtInKind,
  extendsBuiltIn,
  isGenuine,
  type BuiltInKind,
  type StorableTypedArray,
} from './built-in-kind.js';
import type { JobValueDefinition, JobValueRegistry } from './job-value.registry.js';
import { MetObjects } from './met-objects.js';
import { hasExtras, hasSymbolKeys, isForbiddenKey } from './own-keys.js';
import { usesPrivateMembers } from './private-members.js';
import { impostorReason, MAX_DEPTH, reasons, unknownClassReason } from './refusal.reasons.js';
import { Refusal } from './refusal.js';

/**
 * One look through the data before it is written. It refuses what cannot be stored, with the reason that its
 * author needs, and finds out how the rest may be written and checked in the cheapest way.
 *
 * It comes before superjson because that one drops most of this without a word, overflows the stack on deep data,
 * and fills the holes of a sparse array one by one, be they a billion.
 */
export class PayloadInspection {
  /** Nothing but what JSON itself brings back. */
  plain = true;
  /** No object but records that the caller has just made: each field is a value that cannot vary. */
  flat = true;
  /** Nothing but that, and Dates. */
  onlyDates = true;
  /** Some object lies in more than one place. */
  shared = false;
  /** What `toData` gave for each converted value, so that what was inspected is what is written. */
  converted: Map<object, unknown> | undefined;

  private readonly met = new MetObjects();

  constructor(
    private readonly registry: JobValueRegistry,
    /** See `PayloadSerializer.serialize`. */
    private readonly ownLevels = 0,
    /** A further test of each object that JSON does not know, innermost first. */
    private readonly probe?: (value: object) => Refusal | undefined,
  ) {}

  /** The first refusal, or `undefined` when all of `value` may be stored. */
  inspect(value: unknown, depth = 0): Refusal | undefined {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return undefined;
      case 'number':
        if (!Number.isFinite(value) || Object.is(value, -0)) this.isRich();
        return undefined;
      case 'undefined':
      case 'bigint':
        this.isRich();
        return undefined;
      case 'function':
        return new Refusal(reasons.function);
      case 'symbol':
        return new Refusal(reasons.symbol);
      default:
        return value === null ? undefined : this.inspectObject(value as object, depth);
    }
  }

  private inspectObject(value: object, depth: number): Refusal | undefined {
    if (depth >= this.ownLevels) this.flat = false;
    if (this.met.meet(value)) {
      this.shared = true;
      this.isRich();
      return undefined;
    }
    if (depth >= MAX_DEPTH) return new Refusal(reasons.tooDeep);
    try {
      const prototype = Object.getPrototypeOf(value) as object | null;
      if (prototype === Object.prototype) return this.inspectPlain(value, depth);
      if (prototype === Array.prototype) return this.inspectArray(value as unknown[], depth);
      this.plain = false;
      if (prototype !== Date.prototype) this.onlyDates = false;
      if (prototype === null) return new Refusal(reasons.nullPrototype);
      return this.inspectInstance(value, prototype, depth) ?? this.probe?.(value);
    } catch (error) {
      // The traps of a proxy, most likely.
      return new Refusal(reasons.reading, error);
    }
  }

  private isRich(): void {
    this.plain = false;
    this.onlyDates = false;
  }

  private inspectPlain(value: object, depth: number): Refusal | undefined {
    // `arguments`, and built-in objects that someone took the prototype from.
    if (Object.prototype.toString.call(value) !== '[object Object]')
      return new Refusal(impostorReason(Object.prototype));
    return this.inspectFields(value, depth);
  }

  private inspectFields(value: object, depth: number): Refusal | undefined {
    if (hasSymbolKeys(value)) return new Refusal(reasons.symbolKey);
    for (const key of Object.keys(value)) {
      if (isForbiddenKey(key)) return new Refusal(reasons.forbiddenKey).inField(key);
      let field: unknown;
      try {
        field = (value as Record<string, unknown>)[key];
      } catch (error) {
        return new Refusal(reasons.reading, error).inField(key);
      }
      const refusal = this.inspect(field, depth + 1);
      if (refusal) return refusal.inField(key);
    }
    return undefined;
  }

  private inspectArray(value: unknown[], depth: number): Refusal | undefined {
    if (!Array.isArray(value)) return new Refusal(impostorReason(Array.prototype));
    for (let i = 0; i < value.length; i++) {
      let item: unknown;
      try {
        item = value[i];
      } catch (error) {
        return new Refusal(reasons.reading, error).in(`[${i}]`);
      }
      if (item === undefined && !Object.hasOwn(value, i)) return new Refusal(reasons.sparse).in(`[${i}]`);
      const refusal = this.inspect(item, depth + 1);
      if (refusal) return refusal.in(`[${i}]`);
    }
    return hasExtras(value, value.length) ? new Refusal(reasons.ownFields('list')) : undefined;
  }

  private inspectInstance(value: object, prototype: object, depth: number): Refusal | undefined {
    const definition = this.registry.byPrototype(prototype);
    if (definition) return this.inspectValue(value, definition, depth);
    const kind = builtInKind(prototype);
    if (kind === undefined) return new Refusal(unknownClassReason(value, prototype, this.registry));
    if (!isGenuine(value, kind)) return new Refusal(impostorReason(prototype));
    const refusal = this.inspectBuiltIn(value, kind, depth);
    if (refusal) return refusal;
    const extras = hasExtras(value, kind === 'typed array' ? (value as StorableTypedArray).length : 0);
    return extras ? new Refusal(reasons.ownFields(kind)) : undefined;
  }

  private inspectValue(value: object, definition: JobValueDefinition, depth: number): Refusal | undefined {
    const { type, name, convert } = definition;
    if (!convert) {
      if (usesPrivateMembers(type)) return new Refusal(reasons.privateMembers(type, name));
      if (extendsBuiltIn(type)) return new Refusal(reasons.builtInBase(type, name));
      return this.inspectFields(value, depth);
    }
    let data: unknown;
    try {
      data = convert.toData(value);
    } catch (error) {
      return new Refusal(reasons.toData(name), error);
    }
    if (data === value) return new Refusal(reasons.conversionLoop(name));
    (this.converted ??= new Map()).set(value, data);
    return this.inspect(data, depth + 1)?.in('.toData()');
  }

  private inspectBuiltIn(value: object, kind: BuiltInKind, depth: number): Refusal | undefined {
    switch (kind) {
      case 'date':
        return Number.isNaN((value as Date).getTime()) ? new Refusal(reasons.invalidDate) : undefined;
      case 'map':
        return this.inspectMap(value as Map<unknown, unknown>, depth);
      case 'set':
        return this.inspectSet(value as Set<unknown>, depth);
      case 'regexp':
        return (value as RegExp).lastIndex === 0 ? undefined : new Refusal(reasons.lastIndex);
      case 'typed array':
        return this.inspectTypedArray(value as StorableTypedArray);
      default:
        return undefined;
    }
  }

  private inspectMap(value: Map<unknown, unknown>, depth: number): Refusal | undefined {
    let i = 0;
    for (const [key, item] of value) {
      const refusal =
        this.inspect(key, depth + 1)?.in(`.keys()[${i}]`) ??
        this.inspect(item, depth + 1)?.in(`.values()[${i}]`);
      if (refusal) return refusal;
      i++;
    }
    return undefined;
  }

  private inspectSet(value: Set<unknown>, depth: number): Refusal | undefined {
    let i = 0;
    for (const member of value) {
      const refusal = this.inspect(member, depth + 1);
      if (refusal) return refusal.in(`[${i}]`);
      i++;
    }
    return undefined;
  }

  private inspectTypedArray(value: StorableTypedArray): Refusal | undefined {
    const memory = value.buffer as ArrayBuffer & { readonly resizable?: boolean };
    if (!types.isArrayBuffer(memory) || memory.resizable || this.met.meet(memory))
      return new Refusal(reasons.memory);
    if (value instanceof Float32Array || value instanceof Float64Array) {
      for (const item of value) {
        if (!Number.isFinite(item) || Object.is(item, -0)) return new Refusal(reasons.floats);
      }
    }
    return undefined;
  }
}
