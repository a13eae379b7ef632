import { describe, expect, it } from 'vitest';
import { JobValue } from '../../lib/serialization/job-value.decorator.js';
import { JobValueRegistry } from '../../lib/serialization/job-value.registry.js';
import { usesPrivateMembers } from '../../lib/serialization/private-members.js';
import { Money, refusalOf, roundTrip, serializerWith } from './fixtures.js';

describe('A conversion that loses', () => {
  it.each([['text'], [7], [true], [10n]])('%o of a value is refused, with the field', (field) => {
    class Value {
      constructor(readonly kept?: unknown) {}
    }
    JobValue('Value', { toData: () => 'nothing', fromData: () => new Value() })(Value);
    const error = refusalOf({ price: new Value(field) }, serializerWith([Value]));
    expect(error.path).toBe('price.kept');
    expect(error.message).toContain("it would come back changed by @JobValue('Value')");
  });

  it.each([[null], [undefined], [{}], [[1]]])(
    '%o of a value is left to it, which may be a cache',
    (field) => {
      class Value {
        constructor(readonly cache?: unknown) {}
      }
      JobValue('Value', { toData: () => 'nothing', fromData: () => new Value() })(Value);
      const back = roundTrip({ price: new Value(field) }, serializerWith([Value]));
      expect(back.price).toBeInstanceOf(Value);
    },
  );

  it.each([
    [
      'the key of a map',
      (value: object) =>
        new Map<unknown, unknown>([
          ['a', 1],
          [value, 2],
        ]),
      'held.keys()[1].fields',
    ],
    [
      'the value of a map',
      (value: object) =>
        new Map<unknown, unknown>([
          ['a', 1],
          ['b', value],
        ]),
      'held.values()[1].fields',
    ],
    ['the member of a set', (value: object) => new Set([1, value]), 'held[1].fields'],
    ['the item of a list', (value: object) => [1, value], 'held[1].fields'],
  ])('something is refused where it lies: %s', (_, hold, path) => {
    class Value {
      constructor(readonly fields: string) {}
    }
    JobValue('Value', { toData: () => 'nothing', fromData: () => new Value('other') })(Value);
    expect(refusalOf({ held: hold(new Value('own')) }, serializerWith([Value])).path).toBe(path);
  });

  it('what toData needs is refused, with what it threw as the cause', () => {
    class Value {
      constructor(readonly parts: object | undefined) {}
    }
    const thrown = new Error('no parts');
    JobValue<Value>('Value', {
      toData: ({ parts }) => {
        if (!parts) throw thrown;
        return 'data';
      },
      fromData: () => new Value(undefined),
    })(Value);
    const error = refusalOf({ price: new Value({}) }, serializerWith([Value]));
    expect(error.path).toBe('price');
    expect(error.message).toContain("toData of @JobValue('Value') threw an error: see the cause");
    expect(error.cause).toBe(thrown);
  });
});

describe('What is another at each reading', () => {
  const growing: [string, (readings: number) => unknown][] = [
    ['a number', (n) => n],
    ['a Date', (n) => new Date(n)],
    ['a RegExp', (n) => new RegExp(`a{${n}}`)],
    ['a URL', (n) => new URL(`https://example.com/${n}`)],
    ['the numbers of a typed array', (n) => new Uint8Array([n])],
    ['the length of a typed array', (n) => new Uint8Array(n)],
    ['the length of a list', (n) => Array.from({ length: n }, () => 'x')],
    ['the size of a Map', (n) => new Map(Array.from({ length: n }, (_, i) => [i, 'x']))],
    ['the size of a Set', (n) => new Set(Array.from({ length: n }, (_, i) => i))],
    ['the number of fields', (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, 'x']))],
    ['the name of a field', (n) => ({ [`f${n}`]: 'x' })],
    ['the order of fields', (n) => (n % 2 ? { a: undefined, b: undefined } : { b: undefined, a: undefined })],
  ];
  it.each(growing)('is refused, be it %s', (_, make) => {
    for (const step of [1, -1]) {
      let reading = 10;
      const data = {
        get held() {
          return make((reading += step));
        },
      };
      const error = refusalOf(data);
      expect(error.path).toMatch(/^held/);
      expect(error.message).toContain('come back changed');
    }
  });
});

describe('Values that a conversion gives once for all that are equal', () => {
  class Code {
    static readonly known = new Map<string, Code>();
    constructor(readonly text: string) {}
  }
  JobValue<Code, string>('Code', {
    toData: ({ text }) => text,
    fromData: (text) => Code.known.get(text) ?? Code.known.set(text, new Code(text)).get(text)!,
  })(Code);
  class Parts {
    static readonly known = new Map<string, object>();
    readonly #list: object;
    constructor(list: object) {
      this.#list = list;
    }
    get list() {
      return this.#list;
    }
  }
  JobValue<Parts, object>('Parts', {
    toData: ({ list }) => list,
    fromData: (list) => {
      const text = JSON.stringify(list);
      return new Parts(Parts.known.get(text) ?? Parts.known.set(text, list).get(text)!);
    },
  })(Parts);
  const shared = { n: 1 };

  it('come back, several as one', () => {
    const data = { a: new Code('EUR'), b: new Code('EUR'), shared, again: shared };
    const back = roundTrip(data, serializerWith([Code]));
    expect(back).toEqual(data);
    expect(back.b).toBe(back.a);
  });

  it('are refused where they make one of what they hold', () => {
    const data = { a: new Parts([1]), b: new Parts([1]), shared, again: shared };
    const error = refusalOf(data, serializerWith([Parts]));
    expect(error.path).toBe('b.toData()');
  });
});

describe('A refusal', () => {
  it('names a class that has no name', () => {
    const anonymous = (() => class {})();
    expect(refusalOf({ a: new anonymous() }).message).toContain(
      "it is a class without a name, which is not registered: decorate it with @JobValue('Name') and list it",
    );
    const registry = new JobValueRegistry();
    registry.add(anonymous);
    expect(registry.problems).toEqual([
      "A class without a name is listed in `values` but has no @JobValue of its own: decorate it with @JobValue('Name').",
    ]);
  });

  it('tells a built-in from something that only names it as its class', () => {
    expect(refusalOf({ a: new WeakMap() }).message).toContain('it is a WeakMap, which cannot be stored: ');
    const alike = Object.create({ constructor: WeakMap }) as object;
    expect(refusalOf({ a: alike }).message).toContain(
      'it is something like a WeakMap, which cannot be stored: ',
    );
    expect(refusalOf({ a: Object.create({ constructor: 'text' }) as object }).message).toContain(
      'it has a prototype of its own that no class made: pass plain data',
    );
  });

  it('names an item of a list that throws when it is read', () => {
    const list = [1, 2, 3];
    Object.defineProperty(list, 1, {
      enumerable: true,
      get() {
        throw new Error('secret');
      },
    });
    const error = refusalOf({ list });
    expect(error.path).toBe('list[1]');
    expect(error.message).toContain('reading it threw an error');
  });

  it('shows names of up to 64 characters whole', () => {
    const path = (name: string) => refusalOf({ [name]: () => {} }).path;
    expect(path('a'.repeat(64))).toBe('a'.repeat(64));
    expect(path('a'.repeat(65))).toBe(`["${'a'.repeat(64)}…"]`);
    expect(path('-'.repeat(64))).toBe(`["${'-'.repeat(64)}"]`);
    expect(path('-'.repeat(65))).toBe(`["${'-'.repeat(64)}…"]`);
  });

  it('leaves out the middle of a long way, where that is more than one step', () => {
    const way = (steps: number) => {
      let value: unknown = () => {};
      for (let i = steps; i > 0; i--) value = { [`s${i}`]: value };
      return refusalOf(value as object).path;
    };
    expect(way(12)).toBe('s1.s2.s3.s4.s5.s6.s7.s8.s9.s10.s11.s12');
    expect(way(13)).toBe('s1.s2.s3.s4.s5.s6.s7.s8.s9.s10.s11.s12.s13');
    expect(way(14)).toBe('s1.s2.s3.s4.s5.s6.s7.s8.s9.s10.…(2 more)….s13.s14');
  });

  it('has a cause only where something was thrown', () => {
    expect(refusalOf({ a: () => {} })).not.toHaveProperty('cause');
  });
});

describe('One object in several places', () => {
  it('comes back as one, whatever the fields are called', () => {
    const shared = { price: new Money(5n, 'EUR') };
    for (const name of ['a.b', 'a\\b', 'a\\.b', '.', '\\', 'a\\\\', '', '0']) {
      const back = roundTrip({ [name]: shared, other: { [name]: shared }, list: [shared] });
      expect(back).toEqual({ [name]: shared, other: { [name]: shared }, list: [shared] });
      expect((back.other as Record<string, unknown>)[name]).toBe(back[name as never]);
      expect((back as { list: unknown[] }).list[0]).toBe(back[name as never]);
    }
  });
});

describe('#private members', () => {
  it('are found behind templates, however these are nested', () => {
    class AfterTemplate {
      // oxlint-disable-next-line typescript/no-unnecessary-template-expression -- nested on purpose
      text = `a ${`b ${'}'} ${{ c: 1 }.c}`} #no`;
      #secret = 1;
      get secret() {
        return this.#secret;
      }
    }
    class OnlyInTemplate {
      // oxlint-disable-next-line typescript/no-unnecessary-template-expression -- nested on purpose
      text = `{ #no ${`{ #no ${'#no'} }`} }`;
    }
    class WithinMethod {
      make() {
        return class {
          #secret = 1;
          get secret() {
            return this.#secret;
          }
        };
      }
    }
    expect([AfterTemplate, OnlyInTemplate, WithinMethod].map(usesPrivateMembers)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('are found in a base class, be it linked by extends or by its prototype alone', () => {
    class Base {
      #secret = 1;
      get secret() {
        return this.#secret;
      }
    }
    class Child extends Base {}
    function Old() {}
    Old.prototype = Object.create(Base.prototype, { constructor: { value: Old } });
    class Unlinked extends Base {}
    Object.setPrototypeOf(Unlinked, Function.prototype);
    class Static extends Base {}
    Object.setPrototypeOf(Static.prototype, Object.prototype);
    expect([Child, Old, Unlinked, Static].map(usesPrivateMembers)).toEqual([true, true, true, true]);
  });
});
