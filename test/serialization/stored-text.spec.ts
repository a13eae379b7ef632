import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { EventFlowJobsError } from '../../lib/eventflow-jobs.error.js';
import { StoredDataError } from '../../lib/serialization/stored-data.error.js';
import { Currency, Line, Money, Period, serializer, serializerWith, Tags } from './fixtures.js';

const clean = Reflect.ownKeys(Object.prototype).length;
afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).toHaveLength(clean);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Reflect.ownKeys(Money.prototype)).toEqual(['constructor', 'toJSON']);
});

const price = new Money(1n, 'EUR');
const text = serializer.serialize(
  {
    price,
    same: price,
    lines: [new Line('a', price), new Line('b', new Money(2n, 'USD'))],
    at: new Date(0),
    map: new Map<unknown, unknown>([
      ['a.b', undefined],
      [{ k: NaN }, new Set([1n, -0])],
    ]),
    period: new Period(new Date(0), [Currency.of('EUR'), new Tags(['x'])]),
    bytes: new Uint8Array([1]),
    url: new URL('https://example.com'),
    pattern: /x/g,
  },
  'SendEmail',
);

function store(json: unknown, values?: unknown, referentialEqualities?: unknown): string {
  return JSON.stringify({ json, meta: { values, referentialEqualities, v: 1 } });
}

describe('stored text is refused', () => {
  it.each<[string, string, RegExp]>([
    ['that is no JSON', '{"json": "secret', /not JSON/],
    ['that is empty', '', /not JSON/],
    ['that is something else', '[1]', /no `json` part/],
    ['that is null', 'null', /no `json` part/],
    ['without data', '{"meta":{}}', /no `json` part/],
    ['with meta that is none', '{"json":{},"meta":[]}', /`meta` part/],
    ['with an unknown annotation', store({ a: 1 }, { a: ['Function'] }), /unknown annotation/],
    [
      'with an annotation that objects inherit',
      store({ a: 1 }, { a: ['constructor'] }),
      /unknown annotation/,
    ],
    ['with an unknown form', store({ a: 1 }, { a: [['eval', 'x']] }), /unknown annotation/],
    ['with an error in it, which is never written', store({ a: {} }, { a: ['Error'] }), /unknown annotation/],
    [
      'with an unknown typed array',
      store({ a: [1] }, { a: [['typed-array', 'constructor']] }),
      /unknown annotation/,
    ],
    ['with annotations that are none', store({ a: 1 }, { a: 7 }), /annotations/],
    [
      'with an unregistered class',
      store({ a: {} }, { a: [['class', 'Ghost']] }),
      /not registered here: list every @JobValue/,
    ],
    [
      'with a class that objects inherit',
      store({ a: {} }, { a: [['class', 'constructor']] }),
      /not registered/,
    ],
    [
      'with an unregistered conversion',
      store({ a: { json: 1 } }, { a: [['custom', 'toString']] }),
      /not registered/,
    ],
    [
      'with a converted class as plain fields',
      store({ a: {} }, { a: [['class', 'Period']] }),
      /another kind/,
    ],
    [
      'with a plain class as converted',
      store({ a: { json: 1 } }, { a: [['custom', 'Money']] }),
      /another kind/,
    ],
    ['with a conversion of nothing', store({ a: 1 }, { a: [['custom', 'Period']] }), /stands for a Period/],
    [
      'with an unregistered class inside a conversion',
      store({ a: { json: {}, meta: { values: [['class', 'Ghost']] } } }, { a: [['custom', 'Period']] }),
      /not registered/,
    ],
    [
      'that a conversion cannot read',
      store({ a: { json: null } }, { a: [['custom', 'Period']] }),
      /fromData of @JobValue\('Period'\) threw/,
    ],
    ['with a bad bigint', store({ a: 'secret' }, { a: ['bigint'] }), /not as it was written/],
    ['with a bad URL', store({ a: 'secret' }, { a: ['URL'] }), /not as it was written/],
    ['with a map of nothing', store({ a: 1 }, { a: ['map'] }), /not as it was written/],
    ['with the key __proto__', '{"json":{"a":{"__proto__":{"polluted":1}}}}', /reach a prototype/],
    [
      'with the key __proto__, spelled out',
      '{"json":{"\\u005f_proto__":{"polluted":1}}}',
      /reach a prototype/,
    ],
    [
      'with the key constructor',
      '{"json":{"constructor":{"prototype":{"polluted":1}}}}',
      /reach a prototype/,
    ],
    ['with the key constructor alone', '{"json":{"a":{"constructor":{"polluted":1}}}}', /reach a prototype/],
    [
      'with the key __proto__, spelled out in its middle',
      '{"json":{"__\\u0070roto__":{"polluted":1}}}',
      /reach a prototype/,
    ],
    ['with the key prototype in a list', '{"json":{"a":[[{"prototype":1}]]}}', /reach a prototype/],
    [
      'with __proto__ in an annotated path',
      store({ a: {} }, { 'a.__proto__.polluted': ['Date'] }),
      /not as it was written/,
    ],
    [
      'with constructor in an annotated path',
      store({ a: {} }, { 'constructor.prototype.polluted': ['undefined'] }),
      /not as it was written/,
    ],
    [
      'with __proto__ in a reference',
      store({ a: { x: 1 } }, undefined, { a: ['__proto__.polluted'] }),
      /lead nowhere/,
    ],
    [
      'with __proto__ as the source of a reference',
      store({ a: 1 }, undefined, { __proto__x: ['a'] }),
      /lead nowhere/,
    ],
    [
      'with a reference to what objects inherit',
      store({ a: 1 }, undefined, { 'a.toString': ['a'] }),
      /lead nowhere/,
    ],
    [
      'with a reference to the length of a list',
      store({ a: [1], b: 0 }, undefined, { b: ['a.length'] }),
      /lead nowhere/,
    ],
    ['with a reference beyond a list', store({ a: [1] }, undefined, { a: ['a.7'] }), /lead nowhere/],
    ['with references that are none', store({ a: 1 }, undefined, { a: 'a' }), /references/],
    ['with references of references', store({ a: 1 }, undefined, { a: [['a']] }), /references/],
    [
      'with annotations nested without end',
      `{"json":{},"meta":{"values":${'{"a":'.repeat(50_000)}["Date"]${'}'.repeat(50_000)}}}`,
      /cannot be read/,
    ],
  ])('%s', (_, stored, reason) => {
    let error: unknown;
    try {
      serializer.deserialize(stored);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(StoredDataError);
    expect(error).toBeInstanceOf(EventFlowJobsError);
    expect(error).toMatchObject({ name: 'StoredDataError', message: expect.stringMatching(reason) });
    expect(inspect(error)).not.toContain('secret');
  });

  it('when the class is no longer registered', () => {
    expect(() => serializerWith([]).deserialize(text)).toThrow(StoredDataError);
  });
});

describe('stored text is read', () => {
  it('when its values, not its keys, have the names of prototypes', () => {
    const data = { a: '__proto__', b: ['constructor', '\ud800'], c: new Map([['prototype', 'x']]) };
    expect(serializer.deserialize(serializer.serialize(data, 'X'))).toStrictEqual(data);
  });

  it('without the constructor of any class', () => {
    expect(serializer.deserialize(store({ a: { odd: 1 } }, { a: [['class', 'Money']] }))).toStrictEqual({
      a: Object.assign(Object.create(Money.prototype) as object, { odd: 1 }),
    });
  });
});

describe('damaged text revives or is refused, and leaves prototypes alone', () => {
  const attempt = (stored: string): void => {
    try {
      serializer.deserialize(stored);
    } catch (error) {
      if (!(error instanceof StoredDataError)) throw error;
    }
  };
  const scraps = fc.oneof(
    fc.constantFrom(
      '"__proto__"',
      '"constructor"',
      '"prototype"',
      '"map"',
      '"set"',
      '"custom"',
      '"Period"',
      '"Money"',
      '"class"',
      '""',
      'null',
      '[]',
      '{}',
      '0',
      '.',
      '"',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '\\',
    ),
    fc.string({ maxLength: 3 }),
  );

  it('with characters exchanged', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length), fc.nat(12), scraps), { minLength: 1, maxLength: 4 }),
        (edits) =>
          attempt(
            edits.reduce(
              (now, [at, length, scrap]) => now.slice(0, at) + scrap + now.slice(at + length),
              text,
            ),
          ),
      ),
      { numRuns: 3000 },
    );
  });

  it('with words exchanged', () => {
    const words = [...new Set(text.match(/"[^"]*"/g))];
    const replacements = fc.constantFrom(
      ...words,
      '"__proto__"',
      '"constructor"',
      '"prototype"',
      '"toString"',
      '"a.__proto__.polluted"',
      '"length"',
      '"0.1"',
      '"\\u005f_proto__"',
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...words), replacements), { minLength: 1, maxLength: 5 }),
        (edits) => attempt(edits.reduce((now, [word, other]) => now.replaceAll(word, other), text)),
      ),
      { numRuns: 3000 },
    );
  });

  it('with subtrees exchanged', () => {
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          'Date',
          'map',
          'set',
          'bigint',
          'undefined',
          'custom',
          'class',
          'Period',
          'Money',
          'Uint8Array',
          'typed-array',
          null,
          0,
          1,
          '',
        ),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'price',
            'lines',
            'lines.0',
            'map.0.1',
            'map',
            'period',
            'a',
            '__proto__',
            'constructor.prototype',
            'price.__proto__.polluted',
            'json',
            'meta',
            'values',
            '',
          ),
          tie('node'),
          { maxKeys: 3 },
        ),
      ),
    })).node;
    const stored = JSON.parse(text) as {
      json: object;
      meta: { values: object; referentialEqualities: object };
    };
    fc.assert(
      fc.property(tree, tree, fc.nat(5), (a, b, where) => {
        const { json, meta } = structuredClone(stored);
        if (where === 0) attempt(store(json, a));
        else if (where === 1) attempt(store(json, meta.values, a));
        else if (where === 2) attempt(store(a, meta.values, meta.referentialEqualities));
        else if (where === 3) attempt(store({ ...json, period: { json: a, meta: b } }, meta.values));
        else if (where === 4)
          attempt(
            store(
              { ...json, period: { json: a, meta: { values: b, referentialEqualities: a } } },
              { ...meta.values, a },
            ),
          );
        else attempt(store(a, b));
      }),
      { numRuns: 3000 },
    );
  });
});
