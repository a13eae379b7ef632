import { describe, expect, it } from 'vitest';
import {
  Currency,
  Discount,
  Line,
  Money,
  Period,
  roundTrip,
  serializer,
  serializerWith,
  Tags,
} from './fixtures.js';

describe('what goes in comes back', () => {
  it('as readable text', () => {
    expect(serializer.serialize({ to: 'a@b.c', n: 1 }, 'SendEmail')).toBe('{"json":{"to":"a@b.c","n":1}}');
    expect(JSON.parse(serializer.serialize({ price: new Money(5n, 'EUR') }, 'SendEmail'))).toEqual({
      json: { price: { amount: '5', currency: 'EUR' } },
      meta: { values: { price: [['class', 'Money'], { amount: ['bigint'] }] }, v: 1 },
    });
    expect(JSON.parse(serializer.serialize({ from: 5n, to: 5n }, 'SendEmail'))).toEqual({
      json: { from: '5', to: '5' },
      meta: { values: { from: ['bigint'], to: ['bigint'] }, v: 1 },
    });
  });

  it.each<[string, unknown]>([
    ['text', 'ü \u0000 \ud800 "constructor" __proto__'],
    ['numbers', [0, -0, 1.5, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER]],
    ['zero below zero, with nothing odd beside it', -0],
    ['infinity, with nothing odd beside it', -Infinity],
    ['bigints, equal ones too', [5n, -(2n ** 70n), 5n, 5n]],
    ['equal NaNs in a row', [NaN, NaN]],
    ['undefined and null', { a: undefined, b: null, c: [undefined] }],
    ['dates', [new Date(0), new Date(-1), new Date(8.64e15)]],
    [
      'maps',
      new Map<unknown, unknown>([
        ['a', new Map([[new Date(1), 'x']])],
        [NaN, undefined],
        [{ k: 1 }, [1n]],
      ]),
    ],
    ['sets', new Set<unknown>([1, 'a', new Date(2), new Set([undefined]), { x: 1 }])],
    ['regular expressions', [/a\/b/giu, new RegExp('')]],
    ['URLs', new URL('https://user@example.com/a?b=c#d')],
    [
      'typed arrays',
      [new Uint8Array([1, 255]), new Int32Array([-1]), new Float64Array([0.5, 0]), new Uint8Array(0)],
    ],
    [
      'odd keys',
      {
        '': 1,
        '.': new Date(0),
        'a.b': 2n,
        '\\': undefined,
        '\\.': { '.': 3n },
        0: 'x',
        toString: 1n,
        hasOwnProperty: 1,
      },
    ],
    ['empty things', [{}, [], new Map(), new Set()]],
    [
      'value objects',
      new Line(
        'a',
        new Money(1n, 'EUR'),
        new Map([[new Money(2n, 'USD'), new Set([new Discount(3n, 'X')])]]),
      ),
    ],
    ['an empty-named field of a value', [new Line('', undefined, { '': new Money(0n, '') })]],
  ])('%s', (_, value) => {
    const back = roundTrip({ value });
    expect(back).toStrictEqual({ value });
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  });

  it('without the constructor of a value object', () => {
    const { price } = roundTrip({ price: new Money(1n, 'EUR') });
    expect(price).toBeInstanceOf(Money);
    expect(price.toJSON()).toBe('1 EUR');
  });

  it('through conversions, which may hold other values, conversions included', () => {
    const inner = new Period(new Date(1), new Map([['price', new Money(1n, 'EUR')]]));
    const { periods } = roundTrip({ periods: new Set([new Period(new Date(0), [inner, undefined, 5n])]) });
    const [outer] = [...periods];
    expect(outer).toBeInstanceOf(Period);
    const [revived, nothing, five] = outer!.parts().label as [Period, undefined, bigint];
    expect([nothing, five]).toEqual([undefined, 5n]);
    expect(revived.parts()).toStrictEqual(inner.parts());
  });

  it('as a converted subclass of a built-in class', () => {
    const { tags } = roundTrip({ tags: new Tags(['a', new Date(0)]) });
    expect(tags).toBeInstanceOf(Tags);
    expect([...tags]).toStrictEqual(['a', new Date(0)]);
  });

  it('as the one instance that a conversion keeps, wherever it lies', () => {
    const eur = Currency.of('EUR');
    const back = roundTrip({
      eur,
      again: eur,
      a: new Period(new Date(0), eur),
      b: new Period(new Date(1), eur),
    });
    expect(back.eur).toBe(eur);
    expect(back.a.parts().label).toBe(eur);
    expect(back.b.parts().label).toBe(eur);
  });

  it('without fields that are not enumerable, such as the mark that Nest puts on a command', () => {
    const data = Object.defineProperty({ a: 1 }, Symbol('CommandId'), { value: 'x', enumerable: false });
    expect(roundTrip(data)).toStrictEqual({ a: 1 });
  });

  it('when registered after the first use', () => {
    expect(roundTrip({ a: new Money(1n, 'EUR') }, serializerWith([Money]))).toStrictEqual({
      a: new Money(1n, 'EUR'),
    });
  });
});

describe('one object in several places is one object afterwards', () => {
  it('in fields, lists, maps and sets', () => {
    const a = { n: 1 };
    const b = { n: 2 };
    const at = new Date(0);
    const back = roundTrip({
      a,
      list: [b, a],
      set: new Set([a, b]),
      map: new Map<object, object>([
        [a, b],
        [b, a],
      ]),
      at,
      other: at,
    });
    expect(back.list[1]).toBe(back.a);
    expect([...back.set]).toEqual([{ n: 1 }, { n: 2 }]);
    expect([...back.set][0]).toBe(back.a);
    expect([...back.map.keys()][0]).toBe(back.a);
    expect(back.map.get(back.a)).toBe(back.list[0]);
    expect(back.other).toBe(back.at);
  });

  it('in the fields of value objects', () => {
    const price = new Money(5n, 'EUR');
    const list = [5n, 5n];
    const back = roundTrip({ lines: [new Line('a', price, list), new Line('b', price, list)], price });
    expect(back.lines[0]!.price).toBe(back.price);
    expect(back.lines[1]!.price).toBe(back.price);
    expect(back.lines[1]!.extras).toBe(back.lines[0]!.extras);
    expect(back.price).toStrictEqual(price);
  });

  it('in circles, through value objects too', () => {
    const x: Record<string, unknown> = { name: 'x' };
    const y: Record<string, unknown> = { name: 'y', x };
    Object.assign(x, { y, self: x });
    const line = Object.assign(new Line('a', 1), { extras: new Map<string, unknown>() });
    line.extras.set('line', line);
    const back = roundTrip({ x, y, line });
    expect(back.x.y).toBe(back.y);
    expect(back.y.x).toBe(back.x);
    expect(back.x.self).toBe(back.x);
    expect(back.line.extras.get('line')).toBe(back.line);
  });

  it('up to the data itself', () => {
    const data: Record<string, unknown> = { a: { b: new Set() } };
    (data.a as { b: Set<unknown> }).b.add(data);
    const back = roundTrip(data);
    expect([...(back.a as { b: Set<unknown> }).b][0]).toBe(back);
  });

  it('inside what a conversion gives', () => {
    const shared = { n: 1 };
    const { period } = roundTrip({ period: new Period(new Date(0), [shared, shared]) });
    const [a, b] = period.parts().label as object[];
    expect(a).toEqual({ n: 1 });
    expect(b).toBe(a);
  });
});
