import { describe, expect, it } from 'vitest';
import { GatheredCalls } from '../../lib/scheduling/gathered-calls.js';
import type { NewEntry } from '../../lib/scheduling/stored-entry.js';

const entry = (id: string, data = '{}') => ({ id, data }) as NewEntry;

const most = () => ({ entries: 200, characters: 128 * 1024 });

function gathering(fateOf: (id: string) => string | Error = (id) => id) {
  const writes: string[][] = [];
  const calls = new GatheredCalls(async (entries) => {
    writes.push(entries.map(({ id }) => id));
    return entries.map(({ id }) => fateOf(id));
  }, most);
  return { calls, writes };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('Calls made without waiting for one another', () => {
  it('are written together, in their order, and what comes later by itself', async () => {
    const { calls, writes } = gathering();
    const first = Promise.all(['a', 'b', 'c'].map((id) => calls.add(entry(id))));
    expect(writes).toEqual([]);
    expect(await first).toEqual(['a', 'b', 'c']);
    expect(await calls.add(entry('d'))).toBe('d');
    expect(writes).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('keep their own outcomes', async () => {
    const { calls } = gathering((id) => (id === 'b' ? new Error('taken') : `id-${id}`));
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((id) => calls.add(entry(id))));
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'id-a' },
      { status: 'rejected', reason: new Error('taken') },
      { status: 'fulfilled', value: 'id-c' },
    ]);
  });

  it('fail together where the store could not be written, and the next call is tried anew', async () => {
    let isAway = true;
    const calls = new GatheredCalls(async (entries) => {
      if (isAway) throw new Error('away');
      return entries.map(({ id }) => id);
    }, most);
    const outcomes = await Promise.allSettled(['a', 'b'].map((id) => calls.add(entry(id))));
    expect(outcomes.map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
      'Error: away',
      'Error: away',
    ]);
    isAway = false;
    expect(await calls.add(entry('c'))).toBe('c');
  });

  it('come in pieces of 200, so that the first need not wait for the last of thousands', async () => {
    const { calls, writes } = gathering();
    await Promise.all(ids(450).map((id) => calls.add(entry(id))));
    expect(writes.map((piece) => piece.length)).toEqual([200, 200, 50]);
    expect(writes.flat()).toEqual(ids(450));
  });

  it('come in pieces of about 128 KiB, and one that is larger alone', async () => {
    const { calls, writes } = gathering();
    const large = 'x'.repeat(50_000);
    await Promise.all(ids(7).map((id) => calls.add(entry(id, id === '3' ? 'x'.repeat(500_000) : large))));
    expect(writes.map((piece) => piece.length)).toEqual([3, 1, 3]);
  });
});
