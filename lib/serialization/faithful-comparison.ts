import { builtInKind, type StorableTypedArray } from './built-in-kind.js';
import type { JobValueDefinition, JobValueRegistry } from './job-value.registry.js';
import { classOf, MAX_DEPTH, reasons } from './refusal.reasons.js';
import { Refusal } from './refusal.js';

type Fields = Record<string, unknown>;

/**
 * Compares what was to be stored with what came back: classes, values, the order of fields and members, and, where
 * `tracked`, which places hold one and the same object.
 *
 * It knows nothing of what is storable; `PayloadInspection` has seen to that, with better words. This is the proof,
 * and it also meets what no inspection can see: getters that vary, and conversions that lose something.
 */
export class FaithfulComparison {
  private readonly revivedOf: Map<object, object> | undefined;
  private readonly taken: Set<object> | undefined;

  constructor(
    private readonly registry: JobValueRegistry,
    /** What `toData` gave when the value was written. */
    private readonly converted: ReadonlyMap<object, unknown> | undefined,
    /** Without objects in several places there is nothing to track: JSON never makes one object of two. */
    tracked: boolean,
  ) {
    if (!tracked) return;
    this.revivedOf = new Map();
    this.taken = new Set();
  }

  /** The first difference, or `undefined` when there is none. */
  difference(original: unknown, revived: unknown, depth = 0): Refusal | undefined {
    if (Object.is(original, revived)) return undefined;
    if (!isObject(original) || !isObject(revived)) return new Refusal(reasons.changed);
    try {
      return this.objects(original, revived, depth);
    } catch (error) {
      return new Refusal(reasons.reading, error);
    }
  }

  private objects(original: object, revived: object, depth: number): Refusal | undefined {
    const prototype = Object.getPrototypeOf(original) as object;
    const definition =
      prototype === Object.prototype || prototype === Array.prototype
        ? undefined
        : this.registry.byPrototype(prototype);
    if (this.revivedOf) {
      const known = this.revivedOf.get(original);
      if (known) return known === revived ? undefined : new Refusal(reasons.split);
      // A conversion may well give one immutable object for all equal ones.
      if (!definition?.convert && this.taken!.has(revived)) return new Refusal(reasons.merged);
      this.revivedOf.set(original, revived);
      this.taken!.add(revived);
    }
    if (Object.getPrototypeOf(revived) !== prototype) {
      return new Refusal(reasons.changedClass(classOf(prototype)?.name ?? 'before'));
    }
    // A getter that makes a deeper object at each reading would otherwise go on for ever.
    if (depth > MAX_DEPTH) return new Refusal(reasons.tooDeep);
    if (prototype === Object.prototype) return this.fields(original as Fields, revived as Fields, depth);
    if (prototype === Array.prototype) return this.lists(original as unknown[], revived as unknown[], depth);
    if (definition?.convert) return this.values(original as Fields, revived as Fields, definition, depth);
    if (definition) return this.fields(original as Fields, revived as Fields, depth);
    return this.builtIns(original, revived, prototype, depth);
  }

  private fields(original: Fields, revived: Fields, depth: number): Refusal | undefined {
    const keys = Object.keys(original);
    const revivedKeys = Object.keys(revived);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (revivedKeys[i] !== key) return new Refusal(reasons.changed).inField(key);
      let field: unknown;
      try {
        field = original[key];
      } catch (error) {
        return new Refusal(reasons.reading, error).inField(key);
      }
      const refusal = this.difference(field, revived[key], depth + 1);
      if (refusal) return refusal.inField(key);
    }
    return revivedKeys.length === keys.length ? undefined : new Refusal(reasons.changed);
  }

  private lists(original: unknown[], revived: unknown[], depth: number): Refusal | undefined {
    if (original.length !== revived.length || !Array.isArray(revived)) return new Refusal(reasons.changed);
    for (let i = 0; i < original.length; i++) {
      const refusal = this.difference(original[i], revived[i], depth + 1);
      if (refusal) return refusal.in(`[${i}]`);
    }
    return undefined;
  }

  private values(
    original: Fields,
    revived: Fields,
    { name, convert }: JobValueDefinition,
    depth: number,
  ): Refusal | undefined {
    const before = this.converted?.has(original) ? this.converted.get(original) : convert!.toData(original);
    let after: unknown;
    try {
      after = convert!.toData(revived);
    } catch (error) {
      return new Refusal(reasons.toData(name), error);
    }
    // Objects in fields are left to the conversion, for many are caches; a lost amount or currency is not.
    for (const key of Object.keys(original)) {
      const field = original[key];
      if (isTelling(field) && !Object.is(field, revived[key])) {
        return new Refusal(reasons.changedByConvert(name)).inField(key);
      }
    }
    const refusal = this.difference(before, after, depth + 1);
    if (!refusal || refusal.reason !== reasons.changed) return refusal?.in('.toData()');
    return new Refusal(reasons.changedByConvert(name));
  }

  private builtIns(original: object, revived: object, prototype: object, depth: number): Refusal | undefined {
    switch (builtInKind(prototype)) {
      case 'map':
        return this.maps(original as Map<unknown, unknown>, revived as Map<unknown, unknown>, depth);
      case 'set':
        return this.sets(original as Set<unknown>, revived as Set<unknown>, depth);
      case 'date':
        return sameOr(reasons.changed, (original as Date).getTime(), (revived as Date).getTime());
      case 'regexp':
        return sameOr(reasons.changed, (original as RegExp).toString(), (revived as RegExp).toString());
      case 'url':
        return sameOr(reasons.changed, (original as URL).href, (revived as URL).href);
      case 'typed array':
        return sameNumbers(original as StorableTypedArray, revived as StorableTypedArray);
      default:
        return new Refusal(reasons.changed);
    }
  }

  private maps(
    original: Map<unknown, unknown>,
    revived: Map<unknown, unknown>,
    depth: number,
  ): Refusal | undefined {
    if (original.size !== revived.size) return new Refusal(reasons.changed);
    const entries = revived.entries();
    let i = 0;
    for (const [key, item] of original) {
      const [revivedKey, revivedItem] = entries.next().value!;
      const refusal =
        this.difference(key, revivedKey, depth + 1)?.in(`.keys()[${i}]`) ??
        this.difference(item, revivedItem, depth + 1)?.in(`.values()[${i}]`);
      if (refusal) return refusal;
      i++;
    }
    return undefined;
  }

  private sets(original: Set<unknown>, revived: Set<unknown>, depth: number): Refusal | undefined {
    if (original.size !== revived.size) return new Refusal(reasons.changed);
    const members = revived.values();
    let i = 0;
    for (const member of original) {
      const refusal = this.difference(member, members.next().value, depth + 1);
      if (refusal) return refusal.in(`[${i}]`);
      i++;
    }
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isTelling(field: unknown): boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof field);
}

function sameOr(reason: string, original: unknown, revived: unknown): Refusal | undefined {
  return Object.is(original, revived) ? undefined : new Refusal(reason);
}

function sameNumbers(original: StorableTypedArray, revived: StorableTypedArray): Refusal | undefined {
  if (original.length !== revived.length) return new Refusal(reasons.changed);
  return original.every((item, i) => Object.is(item, revived[i])) ? undefined : new Refusal(reasons.changed);
}
