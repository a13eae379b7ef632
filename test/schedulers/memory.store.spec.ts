import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../lib/schedulers/local/memory.store.js';
import type { Outcome } from '../../lib/jobs/outcome.js';
import type { StoredRecurring } from '../../lib/scheduling/recurring.js';
import type { NewEntry } from '../../lib/scheduling/stored-entry.js';
import type { ClaimedEntry } from '../../lib/worker/work-source.js';

const ALL = { shared: Number.MAX_SAFE_INTEGER, own: new Map(), most: new Map() };
const known = () => true;
const failure = { name: 'Error', message: 'no' };
const newEntry = (id: string, more: Partial<NewEntry> = {}): NewEntry => ({
  id,
  name: 'Note',
  version: 1,
  data: '{"json":{}}',
  runAt: 0,
  scheduledAt: 0,
  onConflict: 'keep',
  queue: 'default',
  priority: 0,
  attempts: 3,
  metadata: {},
  ...more,
});
const storeOf = (...entries: NewEntry[]) => {
  const store = new MemoryStore();
  store.insert(entries, 0);
  return store;
};
const claim = (store: MemoryStore, now = 0) => [...store.exchange([], ALL, known, now).claimed];
const settle = (store: MemoryStore, entry: ClaimedEntry, outcome: Outcome, now = 5) =>
  store.exchange(
    [{ claim: entry.claim, result: { entry, outcome, durationMs: 0 } }],
    { ...ALL, shared: 0 },
    known,
    now,
  ).settled[0];

describe('The entries in memory', () => {
  it('are kept, once finished, up to 10,000 of each way to end; the oldest go', () => {
    const count = 10_002;
    const store = storeOf(...Array.from({ length: count }, (_, i) => newEntry(`${i}`, { key: `key-${i}` })));
    const other = newEntry('failed');
    store.insert([other], 0);
    const claimed = claim(store);
    expect(claimed).toHaveLength(count + 1);
    for (const entry of claimed) {
      settle(
        store,
        entry,
        entry.id === 'failed' ? { type: 'failed', error: failure } : { type: 'succeeded' },
      );
    }
    expect(store.counts()).toMatchObject({ succeeded: 10_000, failed: 1, running: 0 });
    expect(store.find({ id: '0' })).toBeUndefined();
    expect(store.find({ id: '1' })).toBeUndefined();
    expect(store.find({ key: 'key-0' })).toBeUndefined();
    expect(store.find({ id: '2' })).toMatchObject({ state: 'succeeded' });
    expect(store.find({ key: 'key-2' })).toMatchObject({ id: '2' });
    expect(store.find({ id: 'failed' })).toMatchObject({ state: 'failed' });
  });

  it('lose no key that another entry holds by now when the old one goes', () => {
    const store = storeOf(newEntry('old', { key: 'k' }));
    settle(store, claim(store)[0]!, { type: 'succeeded' });
    store.insert([newEntry('new', { key: 'k', runAt: 1_000 })], 0);
    store.insert(
      Array.from({ length: 10_000 }, (_, i) => newEntry(`${i}`)),
      0,
    );
    for (const entry of claim(store)) settle(store, entry, { type: 'succeeded' });
    expect(store.find({ id: 'old' })).toBeUndefined();
    expect(store.find({ key: 'k' })?.id).toBe('new');
  });

  it('are not forgotten when they were run again after a failure', () => {
    const store = storeOf(newEntry('again'));
    settle(store, claim(store)[0]!, { type: 'failed', error: failure });
    expect(store.retry('again', 50)).toBe(true);
    store.insert(
      Array.from({ length: 10_001 }, (_, i) => newEntry(`${i}`, { priority: 1 })),
      0,
    );
    for (const entry of claim(store, 10)) settle(store, entry, { type: 'failed', error: failure });
    expect(store.find({ id: 'again' })).toMatchObject({ state: 'scheduled', attempt: 0, runAt: 50 });
    expect(store.counts()).toMatchObject({ scheduled: 1, failed: 10_000 });
  });

  it('that are run again show the last error, and no more of what was', () => {
    const store = storeOf(newEntry('a'), newEntry('b'));
    const [a, b] = claim(store);
    store.progress('a', a!.claim, { fraction: 0.5 });
    settle(store, a!, { type: 'failed', error: failure });
    settle(store, b!, { type: 'parked', reason: 'refused', text: 'no' });
    expect([store.retry('a', 50), store.retry('b', 50)]).toEqual([true, true]);
    const fresh = { state: 'scheduled', attempt: 0, runAt: 50 };
    const { onConflict: _, ...about } = newEntry('a');
    expect(store.find({ id: 'a' })).toEqual({ ...about, ...fresh, lastError: failure, claim: 1 });
    expect(store.find({ id: 'b' })).toEqual({ ...about, ...fresh, id: 'b', claim: 1 });
  });

  it('are as they were when they were asked for, whatever happens to them later', () => {
    const store = storeOf(newEntry('a'));
    const before = store.find({ id: 'a' })!;
    claim(store);
    expect(before).toMatchObject({ state: 'scheduled', attempt: 0 });
    expect(store.find({ id: 'a' })).toMatchObject({ state: 'running', attempt: 1, startedAt: 0 });
  });

  it('take no report of an attempt that is not theirs any more', () => {
    const store = storeOf(newEntry('a'));
    const [first] = claim(store);
    settle(store, first!, { type: 'released' });
    const [second] = claim(store);
    expect(settle(store, first!, { type: 'succeeded' })).toBeUndefined();
    store.progress('a', first!.claim, { fraction: 1 });
    expect(store.find({ id: 'a' })).toMatchObject({ state: 'running', attempt: 1 });
    expect(store.find({ id: 'a' })).not.toHaveProperty('progress');
    expect(settle(store, second!, { type: 'succeeded' })).toEqual({ type: 'succeeded' });
    expect(settle(store, second!, { type: 'failed', error: failure })).toBeUndefined();
    expect(store.find({ id: 'a' })).toMatchObject({ state: 'succeeded', finishedAt: 5 });
    expect(settle(store, { ...second!, id: 'nothing' }, { type: 'succeeded' })).toBeUndefined();
  });

  it('end as cancelled when that was asked for while they ran, whatever came of the attempt', () => {
    for (const outcome of [
      { type: 'succeeded' },
      { type: 'failed', error: failure },
      { type: 'retrying', runAt: 9, error: failure },
      { type: 'released' },
    ] as const) {
      const store = storeOf(newEntry('a'));
      const [claimed] = claim(store);
      expect(store.cancel({ id: 'a' }, 3)).toMatchObject({ state: 'running' });
      expect(settle(store, claimed!, outcome)).toEqual({ type: 'cancelled' });
      expect(store.find({ id: 'a' })).toMatchObject({ state: 'cancelled', finishedAt: 5 });
      expect(store.cancel({ id: 'a' }, 6)).toBeUndefined();
    }
  });

  it('show the last error of the attempt before, and no more of it, while the next one runs', () => {
    const store = storeOf(newEntry('a'));
    const [claimed] = claim(store);
    store.progress('a', claimed!.claim, { fraction: 0.5 });
    settle(store, claimed!, { type: 'retrying', runAt: 10, error: failure });
    expect(store.find({ id: 'a' })).toMatchObject({ state: 'scheduled', runAt: 10, lastError: failure });
    expect(claim(store, 9)).toEqual([]);
    expect(claim(store, 10)).toHaveLength(1);
    const running = store.find({ id: 'a' })!;
    expect(running).toMatchObject({ state: 'running', attempt: 2, startedAt: 10, lastError: failure });
    expect(running).not.toHaveProperty('progress');
  });

  it('keep their key through a parking before their first attempt, and lose it by one', () => {
    const store = storeOf(newEntry('a', { key: 'k' }));
    settle(store, claim(store)[0]!, { type: 'parked', reason: 'refused', text: 'no' });
    expect(store.find({ id: 'a' })).toMatchObject({
      state: 'parked',
      attempt: 0,
      parked: { reason: 'refused', text: 'no' },
    });
    expect(store.insert([newEntry('b', { key: 'k' })], 0)).toEqual([{ id: 'a', inserted: false }]);

    expect(store.release(known, ['unknown'])).toBe(0);
    expect(store.release(() => false, ['refused'])).toBe(0);
    expect(store.release(known, ['refused'])).toBe(1);
    settle(store, claim(store)[0]!, { type: 'retrying', runAt: 0, error: failure });
    settle(store, claim(store)[0]!, { type: 'parked', reason: 'refused', text: 'no' });
    expect(store.insert([newEntry('c', { key: 'k' })], 0)).toEqual([{ id: 'c', inserted: true }]);
  });

  it('do not take back their key when they are parked after another took it', () => {
    const store = storeOf(newEntry('a', { key: 'k' }));
    const [claimed] = claim(store);
    store.insert([newEntry('b', { key: 'k', runAt: 100 })], 0);
    settle(store, claimed!, { type: 'parked', reason: 'unknown', text: 'no' });
    expect(store.find({ key: 'k' })?.id).toBe('b');
    expect(store.insert([newEntry('c', { key: 'k', onConflict: 'replace' })], 0)[0]).toMatchObject({
      id: 'c',
      inserted: true,
      replaced: { id: 'b' },
    });
    expect(store.find({ id: 'a' })?.state).toBe('parked');
  });

  it('of one call are seen by one another: the second of a key is kept out, or takes its place', () => {
    const store = new MemoryStore();
    const pair = (onConflict: NewEntry['onConflict'], key: string) => [
      newEntry(`${key}1`, { key }),
      newEntry(`${key}2`, { key, onConflict }),
    ];
    expect(store.insert(pair('keep', 'a'), 0)).toEqual([
      { id: 'a1', inserted: true },
      { id: 'a1', inserted: false },
    ]);
    expect(store.insert(pair('replace', 'b'), 0)).toMatchObject([
      { id: 'b1', inserted: true },
      { id: 'b2', inserted: true, replaced: { id: 'b1', state: 'scheduled' } },
    ]);
    expect(() => store.insert(pair('reject', 'c'), 0)).toThrow("'c' is held by the pending entry c1");
    expect(store.find({ key: 'c' })).toBeUndefined();
    const rejected = (key: string) => newEntry(`${key}3`, { key, onConflict: 'reject' });
    expect(() => store.insert([...pair('replace', 'e'), rejected('e')], 0)).toThrow('pending entry e2');
    expect(() => store.insert([...pair('keep', 'f'), rejected('f')], 0)).toThrow('pending entry f1');
    const [, second] = pair('replace', 'd');
    expect(() => store.insert([second!, rejected('d')], 0)).toThrow("'d' is held by the pending entry d2");
  });

  it('are parked instead of claimed where their class is not known, and say which', () => {
    const command = { name: 'Pay', version: 4 };
    const store = storeOf(newEntry('a', { name: 'Ship', version: 2 }), newEntry('b', { command }));
    const { parked, claimed } = store.exchange([], ALL, () => false, 0);
    expect(claimed).toEqual([]);
    expect(parked.map(({ state, parked: why }) => [state, why])).toEqual([
      ['parked', { reason: 'unknown', text: "No class here stands for 'Ship' version 2." }],
      ['parked', { reason: 'unknown', text: "No class here stands for 'Pay' version 4." }],
    ]);
    expect(store.counts()).toMatchObject({ parked: 2, scheduled: 0 });
    expect(store.unfinished()).toBe(2);
  });

  it('that are parked can be given another time, or be run again', () => {
    const store = storeOf(newEntry('a'), newEntry('b'));
    store.exchange([], ALL, () => false, 0);
    expect(store.reschedule({ id: 'a' }, 7)).toBe(true);
    expect(store.retry('b', 8)).toBe(true);
    expect(
      store.list({ order: 'oldest-first', limit: 5 }).entries.map(({ state, runAt }) => [state, runAt]),
    ).toEqual([
      ['scheduled', 7],
      ['scheduled', 8],
    ]);
    expect(store.exchange([], { ...ALL, shared: 0 }, known, 0).nextAt).toBe(7);
  });

  it('that run or have ended can be given no other time', () => {
    const store = storeOf(newEntry('a'));
    const [claimed] = claim(store);
    expect(store.reschedule({ id: 'a' }, 7)).toBe(false);
    settle(store, claimed!, { type: 'succeeded' });
    expect(store.reschedule({ id: 'a' }, 7)).toBe(false);
    expect(store.reschedule({ id: 'nothing' }, 7)).toBe(false);
    expect(store.exchange([], ALL, known, 9)).toEqual({ settled: [], claimed: [], parked: [] });
  });
});

describe('A list of them', () => {
  it('has a next page only where there is more', () => {
    const store = storeOf(newEntry('a'), newEntry('b'));
    expect(store.list({ order: 'oldest-first', limit: 2 })).not.toHaveProperty('cursor');
    const { cursor, entries } = store.list({ order: 'oldest-first', limit: 1 });
    expect(entries.map(({ id }) => id)).toEqual(['a']);
    const last = store.list({ order: 'oldest-first', limit: 1, cursor: cursor! });
    expect(last.entries.map(({ id }) => id)).toEqual(['b']);
    expect(last).not.toHaveProperty('cursor');
  });
});

describe('A recurring job in memory', () => {
  const recurring = { id: 'r', declared: false } as StoredRecurring;

  it('moves on by one tick once: who comes second has nothing to insert', () => {
    const store = new MemoryStore();
    store.updateRecurring('r', () => recurring);
    const after = { ...recurring, lastRunAt: 5 };
    expect(store.tick(recurring, after, newEntry('tick'))).toBe(true);
    expect(store.tick(recurring, after, newEntry('again'))).toBe(false);
    expect(store.list({ order: 'oldest-first', limit: 5 }).entries.map(({ id }) => id)).toEqual(['tick']);
    expect(store.recurring()).toEqual([after]);
    expect(store.tick(after, recurring, undefined)).toBe(true);
    expect(store.counts().scheduled).toBe(1);
  });
});

describe('The lines of the queues', () => {
  const order = (store: MemoryStore, demand: Partial<typeof ALL> = {}, now = 100) =>
    store.exchange([], { ...ALL, ...demand }, known, now).claimed.map(({ id }) => id);

  it('give the higher priority first, then the earlier time, then the one scheduled first', () => {
    const store = storeOf(
      newEntry('late', { runAt: 9 }),
      newEntry('second', { runAt: 5 }),
      newEntry('third', { runAt: 5 }),
      newEntry('low', { runAt: 1, priority: -1 }),
      newEntry('high', { runAt: 99, priority: 1, queue: 'mail' }),
      newEntry('too early', { runAt: 101, priority: 9 }),
    );
    expect(order(store)).toEqual(['high', 'second', 'third', 'late', 'low']);
    expect(order(store, {}, 101)).toEqual(['too early']);
  });

  it('give no more than there are free slots, in a queue of its own and in the shared ones', () => {
    const many = (queue: string) => [1, 2, 3, 4].map((n) => newEntry(`${queue}${n}`, { queue }));
    const store = storeOf(...many('a'), ...many('b'), ...many('own'), ...many('limited'));
    const demand = { shared: 3, own: new Map([['own', 2]]), most: new Map([['limited', 1]]) };
    expect(order(store, { ...demand, shared: 0 })).toEqual(['own1', 'own2']);
    expect(order(store, demand)).toEqual(['a1', 'a2', 'a3', 'own3', 'own4']);
    store.pause('a');
    store.pause('b');
    expect(order(store, demand)).toEqual(['limited1']);
    expect(order(store, { ...demand, most: new Map([['limited', 0]]) })).toEqual([]);
  });

  it('take no shared slot for an entry of a queue that has its own', () => {
    const store = storeOf(
      ...['own1', 'own2', 'own3'].map((id) => newEntry(id, { queue: 'own' })),
      ...['a1', 'a2'].map((id) => newEntry(id)),
    );
    expect(order(store, { shared: 1, own: new Map([['own', 2]]) })).toEqual(['own1', 'own2', 'a1']);
  });

  it('give nothing of a queue that is paused, or of any when all are', () => {
    const store = storeOf(newEntry('a', { queue: 'a' }), newEntry('b', { queue: 'b' }));
    store.pause('a');
    expect([store.isPaused('a'), store.isPaused('b')]).toEqual([true, false]);
    expect(order(store)).toEqual(['b']);
    store.resume('b');
    expect(order(store)).toEqual([]);
    store.pause();
    store.resume('a');
    expect([store.isPaused('a'), store.isPaused('b')]).toEqual([true, true]);
    expect(order(store)).toEqual([]);
    store.pause('a');
    store.resume();
    expect([store.isPaused('a'), store.isPaused('b')]).toEqual([false, false]);
    expect(order(store)).toEqual(['a']);
  });

  it('give nothing that was cancelled, or put off, while it was due', () => {
    const store = storeOf(newEntry('a'), newEntry('b'), newEntry('c'));
    store.exchange([], { ...ALL, shared: 0 }, known, 100);
    store.cancel({ id: 'a' }, 100);
    store.reschedule({ id: 'b' }, 200);
    expect(order(store)).toEqual(['c']);
    expect(order(store, {}, 199)).toEqual([]);
    expect(order(store, {}, 200)).toEqual(['b']);
  });
});
