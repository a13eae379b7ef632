import superjson from 'superjson';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { JobValueRegistry } from '../../lib/serialization/job-value.registry.js';
import { PayloadSerializer } from '../../lib/serialization/payload.serializer.js';

const serializer = new PayloadSerializer(new JobValueRegistry(), 1 << 20);
const at = (ms: number) => new Date(ms);

const DATED: [string, object][] = [
  ['a field', { at: at(0) }],
  [
    'beside all that JSON has',
    { text: 'x', number: 1, yes: true, nothing: null, list: [1, 'a'], at: at(1.7e12) },
  ],
  ['deep inside', { order: { items: [{ sent: at(1) }, { sent: at(2) }], placed: at(3) } }],
  ['list items', { list: [at(1), at(2), [at(3)]] }],
  ['keys with dots and backslashes', { 'a.b': at(1), 'c\\d': { 'e.f': at(2) }, '': at(3), '0': [at(4)] }],
  ['far away', { first: at(-8.64e15), last: at(8.64e15), before: at(-1) }],
];

describe('Data with Dates', () => {
  it.each(DATED)('%s: stored as superjson would, and back again', (_, data) => {
    const text = serializer.serialize(data, 'X');

    expect(JSON.parse(text)).toEqual(JSON.parse(superjson.stringify(data)));
    expect(serializer.deserialize(text)).toEqual(data);
    expect(superjson.parse(text)).toEqual(data);
  });

  it('that lie in one place each are not taken for one', () => {
    const shared = at(5);
    const { a, b, c } = serializer.deserialize(
      serializer.serialize({ a: shared, b: shared, c: at(5) }, 'X'),
    ) as Record<string, Date>;
    expect(a).toBe(b);
    expect(c).toEqual(a);
    expect(c).not.toBe(a);
  });

  it('are stored the same where somebody has changed how dates become text', () => {
    const data = { at: at(7) };
    const text = serializer.serialize(data, 'X');
    const changed = vi.spyOn(Date.prototype, 'toJSON').mockReturnValue('whenever');
    onTestFinished(() => changed.mockRestore());
    expect(serializer.serialize(data, 'X')).toBe(text);
  });
});
