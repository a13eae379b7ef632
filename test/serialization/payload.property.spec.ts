import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { JobSerializationError } from '../../lib/serialization/job-serialization.error.js';
import { Currency, Discount, Line, Money, Period, serializer } from './fixtures.js';

class Stranger {
  constructor(readonly value: unknown) {}
}

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
  stringUnit: 'binary',
  maxDepth: 4,
} as fc.ObjectConstraints);

const hostileKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toJSON',
  'hasOwnProperty',
  'length',
  'json',
  'meta',
  'values',
  'v',
  '',
  '.',
  '\\',
  'a.b',
  '\\.',
  '0',
  '-1',
  '1e3',
  'a.__proto__',
  '__proto__.x',
  'valueOf',
  '__defineGetter__',
);
const key = fc.oneof({ weight: 3, arbitrary: fc.string() }, { weight: 1, arbitrary: hostileKey });

function record(keys: string[], values: unknown[]): object {
  const object = {};
  keys.forEach((name, i) =>
    Object.defineProperty(object, name, {
      value: values[i],
      enumerable: true,
      writable: true,
      configurable: true,
    }),
  );
  return object;
}

/** What should mostly be storable: deep mixtures of all that is supported. */
const { value: storable } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.bigInt()),
    fc.constantFrom(
      undefined,
      null,
      NaN,
      -0,
      Infinity,
      -Infinity,
      /a.b/g,
      new URL('https://example.com/?a=b'),
      Currency.of('EUR'),
    ),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 4 }),
    fc.float32Array({ maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((pairs) =>
      record(
        pairs.map(([k]) => k),
        pairs.map(([, v]) => v),
      ),
    ),
    fc.array(tie('value'), { maxLength: 4 }).map((members) => new Set(members)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.tuple(fc.bigInt(), fc.string()).map(([amount, currency]) => new Money(amount, currency)),
    fc.tuple(fc.bigInt(), fc.string()).map(([amount, currency]) => new Discount(amount, currency)),
    fc
      .tuple(fc.string(), tie('value'), tie('value'))
      .map(([sku, price, extras]) => new Line(sku, price, extras)),
    fc.tuple(fc.date({ noInvalidDate: true }), tie('value')).map(([from, label]) => new Period(from, label)),
  ),
}));

/** Objects that point at one another at random, value objects, Maps and Sets among them. */
const graphOf = (...allowed: string[]) =>
  fc
    .tuple(
      fc.array(fc.constantFrom(...allowed), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 16 }),
    )
    .map(([kinds, links]) => {
      const nodes = kinds.map((kind, i): unknown => {
        if (kind === 'list') return [];
        if (kind === 'map' || kind === 'key') return new Map();
        if (kind === 'set') return new Set();
        if (kind === 'line') return new Line(`sku ${i}`, 5n);
        if (kind === 'date') return new Date(i);
        if (kind === 'period') return new Period(new Date(i), {});
        return { i, big: 5n, nan: NaN };
      });
      links.forEach(([from, to], i) => {
        const [node, target] = [nodes[from % nodes.length], nodes[to % nodes.length]];
        if (Array.isArray(node)) node.push(target);
        else if (node instanceof Set) node.add(target);
        else if (node instanceof Map) {
          if (kinds[from % nodes.length] === 'key') node.set(target, i);
          else node.set(i, target);
        } else if (node instanceof Line) Object.assign(node, { [`to${i}`]: target });
        else if (node instanceof Period) (node.parts().label as Record<string, unknown>)[`to${i}`] = target;
        else if (!(node instanceof Date)) (node as Record<string, unknown>)[`to${i}`] = target;
      });
      return nodes;
    });

function expectEqualOrRefused(value: unknown): 'equal' | 'refused' {
  const data = { value, other: 1 };
  let text: string;
  try {
    text = serializer.serialize(data, 'SendEmail');
  } catch (error) {
    if (!(error instanceof JobSerializationError)) throw error;
    expect(error.message).toMatch(/^SendEmail.+ cannot be stored: /s);
    return 'refused';
  }
  const back = serializer.deserialize(text);
  if (!isDeepStrictEqual(unfold(back), unfold(data))) throw new Error(`changed: ${text}`);
  expect(sharing(back)).toEqual(sharing(data));
  return 'equal';
}

/** Shows what a Period hides, and everything in order, which the deep comparison of Node does not look at. */
function unfold(value: unknown, known = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (known.has(value)) return known.get(value);
  const copy: unknown[] = [Object.getPrototypeOf(value)];
  known.set(value, copy);
  if (value instanceof Date || value instanceof URL || value instanceof RegExp || ArrayBuffer.isView(value))
    copy.push(value);
  for (const child of childrenOf(value)) copy.push(unfold(child, known));
  return copy;
}

/** Numbers the objects in the order in which they are met, and lists the numbers of all meetings. */
function sharing(value: unknown, numbers = new Map<object, number>(), meetings: number[] = []): number[] {
  if (typeof value !== 'object' || value === null) return meetings;
  const known = numbers.get(value);
  meetings.push(known ?? numbers.size);
  if (known !== undefined || value instanceof Currency) return meetings;
  numbers.set(value, numbers.size);
  for (const child of childrenOf(value)) sharing(child, numbers, meetings);
  return meetings;
}

function childrenOf(value: object): unknown[] {
  if (value instanceof Period) return [value.parts().from.getTime(), value.parts().label];
  if (value instanceof Map) return [...value.entries()].flat();
  if (value instanceof Set) return [...value];
  return Reflect.ownKeys(value)
    .filter((name) => Object.prototype.propertyIsEnumerable.call(value, name))
    .flatMap((name) => [name, (value as Record<PropertyKey, unknown>)[name]]);
}

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype).length).toBe(12);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

describe('whatever is passed comes back equal or is refused', () => {
  it('anything at all', () => {
    fc.assert(
      fc.property(anything, (value) => void expectEqualOrRefused(value)),
      { numRuns: 1500 },
    );
  });

  it('anything inside value objects and conversions', () => {
    const wrapped = fc
      .tuple(anything, fc.constantFrom('line', 'period', 'both', 'stranger', 'map'))
      .map(([value, how]) => {
        if (how === 'line') return new Line('a', value);
        if (how === 'period') return new Period(new Date(0), value);
        if (how === 'stranger') return [new Stranger(value)];
        if (how === 'map') return new Map([[value, value]]);
        return new Line('a', new Period(new Date(0), value));
      });
    fc.assert(
      fc.property(wrapped, (value) => void expectEqualOrRefused(value)),
      { numRuns: 700 },
    );
  });

  it('mixtures of all that is supported, with hostile keys, most of which come back', () => {
    const outcomes = { equal: 0, refused: 0 };
    fc.assert(
      fc.property(storable, (value) => void outcomes[expectEqualOrRefused(value)]++),
      { numRuns: 1500 },
    );
    expect(outcomes.equal).toBeGreaterThan(outcomes.refused * 3);
  });

  it('hostile keys alone are never dropped', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(hostileKey, { maxLength: 6 }),
        fc.array(anything, { minLength: 6, maxLength: 6 }),
        (keys, values) => void expectEqualOrRefused(record(keys, values)),
      ),
      { numRuns: 500 },
    );
  });

  it('objects that point at one another: all of them come back', () => {
    fc.assert(
      fc.property(graphOf('object', 'list', 'map', 'set', 'line', 'date', 'key'), (nodes) => {
        expect(expectEqualOrRefused(nodes)).toBe('equal');
      }),
      { numRuns: 1500 },
    );
  });

  it('objects that point at one another, through conversions as well', () => {
    const graph = graphOf('object', 'list', 'set', 'line', 'key', 'period');
    fc.assert(
      fc.property(graph, (nodes) => void expectEqualOrRefused(nodes)),
      { numRuns: 700 },
    );
  });
});

describe('no message contains the data', () => {
  const secret = 'k3yOfTheVault';
  const culprits: ((value: unknown) => unknown)[] = [
    () => Symbol(secret),
    () => () => secret,
    (value) => new Stranger(value),
    () => new Error(secret),
    () => Object(secret),
    (value) => Object.assign(Object.create(null) as object, { value }),
    (value) => Object.assign([value], { 2: value }),
    () => new Map([[secret, new Stranger(secret)]]),
    () => new Map([[new Stranger(secret), secret]]),
    () => ({
      get broken() {
        throw new Error(secret);
      },
    }),
    () => ({
      get varying() {
        return `${secret}${Math.random()}`;
      },
    }),
    () => Buffer.from(secret),
    () => new URLSearchParams({ secret }),
    () => Object.assign(new RegExp(secret), { lastIndex: 3 }),
    () => new Period(new Date(NaN), secret),
    () =>
      new Proxy(
        { secret },
        {
          get: () => {
            throw new Error(secret);
          },
        },
      ),
  ];

  it('wherever the culprit lies', () => {
    const wraps: ((value: unknown) => unknown)[] = [
      (value) => ({ secret, value }),
      (value) => [secret, value],
      (value) => new Map([[secret, value]]),
      (value) => new Map([[value, secret]]),
      (value) => new Set([secret, value]),
      (value) => new Line(secret, value),
      (value) => new Period(new Date(0), [secret, value]),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...culprits),
        fc.array(fc.constantFrom(...wraps), { maxLength: 4 }),
        (culprit, around) => {
          const value = around.reduce((inner, wrap) => wrap(inner), culprit(secret));
          try {
            serializer.serialize({ secret, value }, 'SendEmail');
          } catch (error) {
            expect(error).toBeInstanceOf(JobSerializationError);
            expect((error as JobSerializationError).message).not.toContain(secret);
            expect((error as JobSerializationError).path).not.toContain(secret);
            return;
          }
          throw new Error('nothing was refused');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('when it is too large', () => {
    expect(() => serializer.serialize({ a: secret.repeat(200_000) }, 'SendEmail')).toThrow(
      /^(?!.*k3yOfTheVault)/s,
    );
  });
});
