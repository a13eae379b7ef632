import { describe, expect, it } from 'vitest';
import { EventFlowJobsError } from '../../lib/eventflow-jobs.error.js';
import { JobValue } from '../../lib/serialization/job-value.decorator.js';
import { Line, Money, Period, refusalOf, serializer, serializerWith } from './fixtures.js';

class Unknown {
  x = 1;
}
@JobValue('Listed')
class Forgotten {}
class SubMoney extends Money {}
class SubMap extends Map {}
class SubArray extends Array {}
class SubDate extends Date {}
class SubSet extends Set {}

@JobValue('Hidden')
class Hidden {
  #x = 1;
  get x() {
    return this.#x;
  }
}
@JobValue('OwnMap')
class OwnMap extends Map {}

function circleThroughConversion(): Period {
  const label: unknown[] = [];
  const period = new Period(new Date(0), label);
  label.push(period);
  return period;
}

function deep(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = { a: value };
  return value;
}

function nested(levels: number, around: (inner: unknown) => object): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = around(value);
  return value;
}

/** The way down `step` after `step`, as far as it goes, with its middle left out. */
const DEEP = (step: string) => `value${step.repeat(9)}.…(188 more)…${step.repeat(2)}`;

function sparse(): unknown[] {
  const list: unknown[] = [1];
  list[1_000_000_000] = 1;
  return list;
}

function argumentsOf(..._: unknown[]): unknown {
  return arguments;
}

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const memory = new ArrayBuffer(4);

describe('what would change is refused', () => {
  it.each<[string, unknown, string, RegExp]>([
    [
      'an unregistered class',
      { items: [1, 2, { price: new Unknown() }] },
      'value.items[2].price',
      /a Unknown, which is not registered: decorate it with @JobValue\('Unknown'\) and list it in `values` of forRoot or forFeature; or pass plain data/,
    ],
    [
      'a class decorated but not listed',
      new Forgotten(),
      'value',
      /a Forgotten, which is not registered: list it in `values`/,
    ],
    [
      'a subclass of a registered one',
      new SubMoney(1n, 'EUR'),
      'value',
      /a SubMoney, a subclass of the registered Money/,
    ],
    ['a subclass of Map', new SubMap(), 'value', /a SubMap, which is not registered/],
    ['a subclass of Array', new SubArray(), 'value', /a SubArray/],
    ['a subclass of Date', new SubDate(), 'value', /a SubDate/],
    ['a subclass of Set', new SubSet(), 'value', /a SubSet/],
    ['an invalid Date', [new Date(NaN)], 'value[0]', /invalid Date/],
    ['an Error', new TypeError('secret'), 'value', /a TypeError, an error.*pass its message/],
    ['floats that JSON has not', new Float64Array([NaN]), 'value', /typed array with NaN.*array of numbers/],
    ['a zero below zero in floats', new Float32Array([1, -0]), 'value', /typed array with NaN/],
    ['a Buffer', Buffer.from('x'), 'value', /a Buffer.*new Uint8Array\(buffer\)/],
    ['an ArrayBuffer', new ArrayBuffer(1), 'value', /an? ArrayBuffer.*Uint8Array/],
    ['a DataView', new DataView(new ArrayBuffer(1)), 'value', /a DataView.*Uint8Array/],
    ['a BigInt64Array', new BigInt64Array(1), 'value', /a BigInt64Array.*array of bigints/],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(1)), 'value', /shared or resizable memory/],
    [
      'two views on one memory',
      [new Uint8Array(memory), new Uint8Array(memory)],
      'value[1]',
      /that of another/,
    ],
    ['a symbol', Symbol('s'), 'value', /symbol.*pass a string/],
    ['symbols as keys', { a: { [Symbol('s')]: 1 } }, 'value.a', /symbols as keys/],
    ['a function', { f() {} }, 'value.f', /function/],
    ['a class', Unknown, 'value', /function/],
    ['a field that is a function in a value object', new Line('a', () => 1), 'value.price', /function/],
    ['an object without prototype', Object.create(null), 'value', /without a prototype: spread it/],
    [
      'an object that inherits from another',
      Object.create({ a: 1 }),
      'value',
      /like an Object|prototype of its own/,
    ],
    ['a hole', Object.assign([1], { 2: 2 }), 'value[1]', /hole in a sparse array/],
    ['a billion holes', sparse(), 'value[1]', /hole/],
    ['a list with fields', Object.assign([1], { total: 1 }), 'value', /list with fields of its own/],
    ['a list with a hole and a field', Object.assign([], { 1: 1, x: 1 }), 'value[0]', /hole/],
    ['a Map with fields', Object.assign(new Map(), { x: 1 }), 'value', /map with fields/],
    ['a Date with fields', Object.assign(new Date(0), { x: 1 }), 'value', /date with fields/],
    ['an object with toJSON', { toJSON: () => 1 }, 'value.toJSON', /function/],
    ['a boxed number', Object(1), 'value', /a Number.*primitive/],
    ['a boxed string', Object('secret'), 'value', /a String.*primitive/],
    ['a WeakMap', new WeakMap(), 'value', /a WeakMap, which cannot be stored/],
    ['a Promise', Promise.resolve(), 'value', /a Promise.*await it/],
    ['URLSearchParams', new URLSearchParams(), 'value', /URLSearchParams.*toString/],
    ['a RegExp that has moved', Object.assign(/a/g, { lastIndex: 1 }), 'value', /lastIndex/],
    ['arguments', argumentsOf(1), 'value', /only looks like an Object/],
    [
      'a getter that throws',
      {
        a: {
          get b(): unknown {
            throw new Error('secret');
          },
        },
      },
      'value.a.b',
      /reading it threw/,
    ],
    [
      'a getter that varies',
      {
        a: {
          get b() {
            return Math.random();
          },
        },
      },
      'value.a.b',
      /come back changed/,
    ],
    [
      'a getter that digs deeper',
      (function dig(): object {
        return {
          get a() {
            return dig();
          },
        };
      })(),
      `value.${'a.'.repeat(9)}…(188 more)….a.a`,
      /200 levels/,
    ],
    ['a proxy of a Map', new Proxy(new Map(), {}), 'value', /only looks like a Map/],
    ['a revoked proxy', [revoked], 'value[0]', /reading it threw/],
    [
      'a proxy that throws',
      {
        p: new Proxy(
          {},
          {
            ownKeys() {
              throw new Error('secret');
            },
          },
        ),
      },
      'value.p',
      /reading it threw/,
    ],
    ['a fake Date', Object.create(Date.prototype), 'value', /only looks like a Date/],
    ['a fake Map', Object.create(Map.prototype), 'value', /only looks like a Map/],
    ['a fake Set', Object.create(Set.prototype), 'value', /only looks like a Set/],
    ['a fake RegExp', Object.create(RegExp.prototype), 'value', /only looks like a RegExp/],
    ['a fake typed array', Object.create(Uint8Array.prototype), 'value', /only looks like a Uint8Array/],
    [
      'a typed array under the name of another',
      Object.setPrototypeOf(new Uint8Array(2), Int8Array.prototype),
      'value',
      /only looks like an Int8Array/,
    ],
    ['a fake list', Object.create(Array.prototype), 'value', /only looks like an Array/],
    [
      'the key __proto__',
      JSON.parse('{"__proto__": 1}'),
      'value.__proto__',
      /prototypes: call the field something else/,
    ],
    ['the key constructor', { constructor: 1 }, 'value.constructor', /prototypes/],
    ['the key prototype', { 'a-b': { prototype: 1 } }, 'value["a-b"].prototype', /prototypes/],
    ['a map key', new Map([[new Unknown(), 1]]), 'value.keys()[0]', /a Unknown/],
    ['a map value', new Map([['x', new Unknown()]]), 'value.values()[0]', /a Unknown/],
    ['a set member', new Set([1, new Unknown()]), 'value[1]', /a Unknown/],
    [
      'a later key of a map',
      new Map<unknown, unknown>([
        ['x', 1],
        [new Unknown(), 1],
      ]),
      'value.keys()[1]',
      /a Unknown/,
    ],
    [
      'what a conversion gives',
      new Period(new Date(0), [new Unknown()]),
      'value.toData().label[0]',
      /a Unknown/,
    ],
    ['data over 200 levels deep', deep(200), `value.${'a.'.repeat(9)}…(188 more)….a.a`, /200 levels/],
    ['data of 100,000 levels', deep(100_000), `value.${'a.'.repeat(9)}…(188 more)….a.a`, /200 levels/],
    ['lists of 100,000 levels', nested(100_000, (inner) => [inner]), DEEP('[0]'), /200 levels/],
    ['sets of 100,000 levels', nested(100_000, (inner) => new Set([inner])), DEEP('[0]'), /200 levels/],
    [
      'maps of 100,000 levels, by their keys',
      nested(100_000, (inner) => new Map([[inner, 1]])),
      DEEP('.keys()[0]'),
      /200 levels/,
    ],
    [
      'maps of 100,000 levels, by their values',
      nested(100_000, (inner) => new Map([[1, inner]])),
      DEEP('.values()[0]'),
      /200 levels/,
    ],
  ])('%s', (_, value, path, reason) => {
    const error = refusalOf({ value });
    expect(error.path).toBe(path);
    expect(error.message).toMatch(reason);
    expect(error.message.startsWith(`SendEmail.${path} cannot be stored: `)).toBe(true);
    expect(error).toBeInstanceOf(EventFlowJobsError);
    expect(error.name).toBe('JobSerializationError');
    expect(error.message).not.toContain('secret');
  });

  it('but not data of 200 levels', () => {
    expect(() => serializer.serialize({ value: deep(199) }, 'SendEmail')).not.toThrow();
  });

  it('nor conversions nested as deep', () => {
    @JobValue<Box>('Box', { toData: (box) => box.content(), fromData: (data) => new Box(data) })
    class Box {
      #content: unknown;
      constructor(content: unknown) {
        this.#content = content;
      }
      content() {
        return this.#content;
      }
    }
    const boxes = (levels: number): unknown => (levels === 0 ? 5n : new Box(boxes(levels - 1)));
    const using = serializerWith([Box]);
    expect(() => using.serialize({ value: boxes(199) }, 'X')).not.toThrow();
    expect(refusalOf({ value: boxes(200) }, using).message).toMatch(/200 levels/);
  });

  it('the data itself, with an empty path', () => {
    expect(refusalOf(new Unknown())).toMatchObject({
      path: '',
      message: expect.stringMatching(/^SendEmail cannot be stored: it is a Unknown/),
    });
  });

  it('fields with odd or long names, with a path that stays readable', () => {
    expect(refusalOf({ 'content-type': Symbol() })).toMatchObject({
      path: '["content-type"]',
      message: expect.stringMatching(/^SendEmail\["content-type"\] cannot/),
    });
    expect(refusalOf({ ['x'.repeat(1000)]: Symbol() }).path).toHaveLength(64 + 5);
  });

  it('getters that throw later on', () => {
    for (const beside of [{}, { at: new Date(0) }, { n: 1n }]) {
      const outcomes = [1, 2, 3, 4].map((readings) => {
        let left = readings;
        const value = Object.defineProperty({ ...beside }, 'b', {
          enumerable: true,
          get: () => {
            if (left-- <= 0) throw new Error('x');
            return 1;
          },
        });
        try {
          serializer.serialize({ value }, 'SendEmail');
          return 'stored';
        } catch (error) {
          expect(error).toMatchObject({
            name: 'JobSerializationError',
            path: 'value.b',
            message: expect.stringMatching(/reading it threw/),
          });
          return 'refused';
        }
      });
      // Read once to be looked at, once to be written: whatever else, a getter that bears no second reading is refused.
      expect(outcomes[0]).toBe('refused');
    }
  });
});

describe('value objects that would lose something are refused', () => {
  it('#private members without a conversion', () => {
    const error = refusalOf({ a: [new Hidden()] }, serializerWith([Hidden]));
    expect(error.path).toBe('a[0]');
    expect(error.message).toMatch(
      /a Hidden, whose #private members would be lost: give @JobValue\('Hidden', \{ toData, fromData \}\)/,
    );
  });

  it('a built-in base class without a conversion', () => {
    expect(refusalOf({ a: new OwnMap() }, serializerWith([OwnMap]))).toMatchObject({
      path: 'a',
      message: expect.stringMatching(/OwnMap, which extends a built-in/),
    });
  });

  it('accessors that swallow a field', () => {
    @JobValue('Guarded')
    class Guarded {
      constructor() {
        Object.defineProperty(this, 'x', { value: 1, enumerable: true });
      }
      get x() {
        return 2;
      }
    }
    const error = refusalOf({ list: [new Guarded()] }, serializerWith([Guarded]));
    expect(error).toMatchObject({
      path: 'list[0]',
      message: expect.stringMatching(/a Guarded that cannot be brought back/),
    });
  });

  const conversions: [
    string,
    (make: () => object) => { toData(v: any): unknown; fromData(d: any): any },
    string,
    RegExp,
  ][] = [
    [
      'loses a field',
      (make) => ({ toData: () => 1, fromData: () => make() }),
      'a[0].serial',
      /changed by @JobValue\('Odd'\)/,
    ],
    [
      'gives another class',
      () => ({ toData: () => 1, fromData: (x) => ({ x }) }),
      'a[0]',
      /another class than Odd/,
    ],
    [
      'gives other data afterwards',
      (make) => ({ toData: (v) => v.hidden, fromData: () => Object.assign(make(), { serial: 1 }) }),
      'a[0]',
      /changed by @JobValue\('Odd'\)/,
    ],
    [
      'throws in toData',
      () => ({
        toData: () => {
          throw new Error('secret');
        },
        fromData: (x) => x,
      }),
      'a[0]',
      /toData of @JobValue\('Odd'\) threw.*see the cause/,
    ],
    [
      'throws in fromData',
      () => ({
        toData: () => 1,
        fromData: () => {
          throw new Error('secret');
        },
      }),
      'a[0]',
      /Odd that cannot be brought back: see the cause/,
    ],
    [
      'gives the value itself',
      () => ({ toData: (v) => v, fromData: (v) => v }),
      'a[0]',
      /leads back to the value itself/,
    ],
    [
      'is asynchronous',
      () => ({ toData: async () => 1, fromData: async (v) => v }),
      'a[0].toData()',
      /Promise.*await/,
    ],
  ];
  it.each(conversions)('a conversion that %s', (_, conversion, path, reason) => {
    let serial = 0;
    class Odd {
      serial = ++serial;
      get hidden() {
        return hidden.get(this);
      }
    }
    const hidden = new WeakMap<object, number>();
    const odd = new Odd();
    hidden.set(odd, 7);
    JobValue(
      'Odd',
      conversion(() => new Odd()),
    )(Odd);
    const error = refusalOf({ a: [odd] }, serializerWith([Odd]));
    expect(error.path).toBe(path);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain('secret');
    if (/cause/.test(error.message)) expect((error.cause as Error).message).toBe('secret');
  });

  it('a conversion that leads back to the value', () => {
    expect(refusalOf({ a: [circleThroughConversion()] })).toMatchObject({
      message: expect.stringMatching(/toData of @JobValue\('Period'\) leads back/),
    });
  });

  it('an object both outside and inside a conversion', () => {
    const shared = { n: 1 };
    const error = refusalOf({ shared, period: new Period(new Date(0), shared) });
    expect(error).toMatchObject({
      path: 'period.toData().label',
      message: expect.stringMatching(/come back as several/),
    });
  });
});

describe('too much data is refused', () => {
  it('with its largest field, its size and the limit', () => {
    const error = refusalOf({ a: 'x', 'b.c': 'ü'.repeat(600), d: [1n] }, serializerWith([], 1000));
    expect(error.path).toBe('["b.c"]');
    expect(error.message).toMatch(
      /takes 1\d{3} bytes as text, over the limit of 1000 bytes, .* 1202 bytes: store it elsewhere and pass a reference, or raise `maxPayload`/,
    );
  });

  it('counted in bytes, to the byte', () => {
    const data = { a: 'ü'.repeat(10) };
    const size = Buffer.byteLength(JSON.stringify({ json: data }));
    expect(() => serializerWith([], size).serialize(data, 'X')).not.toThrow();
    expect(refusalOf(data, serializerWith([], size - 1)).path).toBe('a');
  });

  it('but a large object in many places counts once', () => {
    const shared = { text: 'x'.repeat(500) };
    expect(() => serializerWith([], 1000).serialize({ a: shared, b: shared, c: shared }, 'X')).not.toThrow();
  });

  it('but objects that hold one another twice, level by level, are small', () => {
    let node: object = {};
    let sets: object = {};
    let periods: unknown = 1;
    for (let i = 0; i < 45; i++) {
      node = { a: node, b: new Line('b', node, node) };
      sets = { a: sets, both: new Set([sets, { sets }]), map: new Map([[sets, sets]]) };
      periods = new Period(new Date(0), [periods, periods]);
    }
    const text = serializer.serialize({ node, sets, periods }, 'X');
    expect(text.length).toBeLessThan(50_000);
    expect(serializer.serialize(serializer.deserialize(text) as object, 'X')).toBe(text);
  });

  it('conversions that make ever new combinations of one another, in no time', () => {
    let periods: unknown = 1;
    for (let i = 0; i < 60; i++)
      periods = new Period(new Date(0), [periods, new Period(new Date(1), periods)]);
    expect(refusalOf({ periods }).message).toMatch(/come back as several|leads back|maxPayload/);
  });
});
