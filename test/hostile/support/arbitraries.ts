import fc from 'fast-check';

/** Texts that mean something to somebody on the way: SQL, Lua, Redis, a shell, a log, JSON, prototypes, paths. */
const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00b',
  '__proto__',
  'constructor',
  'toString',
  "'; DROP TABLE pgboss.job; --",
  '"; DELETE FROM eventflow_jobs_entries; --',
  "'; return redis.call('flushall') --",
  ']] redis.call("flushall") --[[',
  '*1\r\n$8\r\nFLUSHALL\r\n',
  '$(touch /tmp/owned)',
  '`id`',
  '%s%n%d',
  '{x}',
  '{"json":{}}',
  '../../etc/passwd',
  '-1',
  '0',
  '1e309',
  'null',
  'NaN',
  '*',
  '%',
  '_',
  '=',
  '\\',
  '\u2028',
  '\u202etxt.exe',
  '\u001b[2J\u001b[31mred',
  'a\n[Nest] 1  - LOG [Forged] all is well',
  'a\r[Nest] 1  - LOG [Forged] all is well',
  'x'.repeat(256),
  '\u{1f4a3}'.repeat(128),
  'x'.repeat(200_000),
] as const;

export const nastyText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

const bomb = (): never => {
  throw new Error('a getter that throws');
};
const explosive = () =>
  new Proxy(
    {},
    { get: bomb, has: bomb, ownKeys: bomb, getPrototypeOf: bomb, getOwnPropertyDescriptor: bomb },
  );

function cycle(): object {
  const value: Record<string, unknown> = { list: [] };
  value['self'] = value;
  (value['list'] as unknown[]).push(value, [value]);
  return value;
}

function deep(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value };
  return value;
}

/** Answers otherwise each time that it is asked. */
function fickle(): object {
  let count = 0;
  return {
    get value() {
      return (count += 1);
    },
  };
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** Made anew each time, since some are changed by being looked at. */
const NASTY_VALUES: readonly (() => unknown)[] = [
  () => JSON.parse('{"__proto__":{"polluted":1}}'),
  () => JSON.parse('{"constructor":{"prototype":{"polluted":1}}}'),
  () => Object.create(null),
  () => Object.create({ polluted: 1 }),
  () => ({ toString: null, valueOf: null }),
  () => ({ toString: bomb, valueOf: bomb, toJSON: bomb }),
  () => ({ [Symbol.toPrimitive]: bomb }),
  () => Object.defineProperty({}, 'value', { get: bomb, enumerable: true }),
  explosive,
  revoked,
  () => new Proxy([], { get: bomb }),
  () => new Proxy(class {}, { get: bomb, getPrototypeOf: bomb }),
  () => new Proxy({ a: 1 }, {}),
  cycle,
  fickle,
  () => deep(150),
  () => deep(5_000),
  () => 'x'.repeat(2_000_000),
  () => Symbol('x'),
  () => () => 1,
  () => class Stranger {},
  () => new (class Stranger {})(),
  () => 10n ** 400n,
  () => new Date(Number.NaN),
  () => new Date(8.64e15),
  () => new Date(-8.64e15),
  () => Object.assign(new Date(0), { getTime: bomb }),
  () => new Error('x'),
  () => Promise.resolve(1),
  () => Object('text'),
  () => Object(7),
  () => Object.assign([], { 1: 1 }),
  () => Number.NaN,
  () => -0,
  () => Infinity,
  () => -Infinity,
  () => Number.MAX_SAFE_INTEGER + 1,
  () => Number.MIN_VALUE,
  () => 1e300,
  () => -1,
  () => 2 ** 31,
  () => null,
];

/** Makes a value when it is asked to: fast-check itself would look into it, and some are changed by that. */
export type Maker<T> = () => T;

export function made<T>(values: fc.Arbitrary<T>): fc.Arbitrary<Maker<T>> {
  return values.map((value) => () => value);
}

export const nastyValue: fc.Arbitrary<Maker<unknown>> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTY_VALUES) },
  { weight: 2, arbitrary: made<unknown>(nastyText) },
  {
    weight: 2,
    arbitrary: made(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withNullPrototype: true,
        withSparseArray: true,
        withTypedArray: true,
        stringUnit: 'binary',
        maxDepth: 3,
      } as fc.ObjectConstraints),
    ),
  },
);

/** A record of which some of these fields are nasty, beside plain ones; or something else in its place. */
export function nastyRecord(names: readonly string[], plain: object = {}): fc.Arbitrary<Maker<object>> {
  const fields = fc.array(fc.tuple(fc.constantFrom(...names), nastyValue), { minLength: 1, maxLength: 3 });
  const withField = (name: string, property: PropertyDescriptor) =>
    Object.defineProperty({ ...plain }, name, { ...property, enumerable: true, configurable: true });
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fields.map(
        (all) => () =>
          all.reduce<object>(
            (record, [name, make]) =>
              Object.defineProperty(record, name, { value: make(), enumerable: true, configurable: true }),
            { ...plain },
          ),
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => () => withField(name, { get: bomb })) },
    { weight: 1, arbitrary: nastyValue as fc.Arbitrary<Maker<object>> },
  );
}
