import { describe, expect, it } from 'vitest';
import { Evidence } from '../../chaos/support/evidence.mjs';
import { judge } from '../../chaos/support/judgement.mjs';
import { lostTicks } from '../../chaos/support/ticks.mjs';

const A = 1;
const B = 2;

type Event = Record<string, unknown>;
const promised = (entry: string, due = 0): Event => ({ what: 'acknowledged', pid: A, at: 0, entry, due });
const attempt = (entry: string, number: number, pid: number, start: number, end?: number): Event[] => [
  { what: 'start', pid, at: start, entry, attempt: number },
  ...(end === undefined ? [] : [{ what: 'end', pid, at: end, entry, attempt: number }]),
];

function judged(
  events: Event[],
  more: {
    states?: Record<string, string>;
    kills?: [number, number][];
    freezes?: { pid: number; from: number; until: number }[];
    effects?: string[];
  } = {},
) {
  const entries = Object.entries({ a: 'succeeded', ...more.states }).map(([id, state]) => ({ id, state }));
  const evidence = new Evidence({
    events,
    entries,
    kills: new Map(more.kills),
    stops: new Map(),
    freezes: more.freezes ?? [],
    clockSets: [],
    outages: [],
    effects: more.effects,
  });
  return judge(evidence, [], { operationTimeout: 1_000, isOneClock: false, more: undefined });
}

it('has nothing to say of what ran once, in time', () => {
  const found = judged([promised('a', 5), ...attempt('a', 1, A, 10, 20)]);
  expect(found).toMatchObject({ acknowledged: 1, run: 1, lost: 0, early: 0, stuck: 0, problems: [] });
});

it.each([
  ['is in no store', [promised('a'), promised('b'), ...attempt('a', 1, A, 1, 2)], {}],
  ['is said to have succeeded, and never ran', [promised('a')], {}],
  ['has failed', [promised('a'), ...attempt('a', 1, A, 1, 2)], { states: { a: 'failed' } }],
])('finds lost what %s', (_, events, more) => {
  expect(judged(events, more)).toMatchObject({ lost: 1, problems: [expect.stringContaining('lost')] });
});

it.each(['scheduled', 'running', 'parked'])('finds stuck what is still %s', (state) => {
  expect(judged([promised('a')], { states: { a: state } })).toMatchObject({ lost: 0, stuck: 1 });
});

it('finds what began before its time', () => {
  expect(judged([promised('a', 500), ...attempt('a', 1, A, 10, 20)])).toMatchObject({ early: 1 });
});

it.each([
  ['before its process was stopped', 20, 1],
  ['when its process went on', 61, 0],
])('tells an attempt that the library began %s', (_, begun, withReason) => {
  const late = attempt('a', 1, A, 62, 70).map((line) => (line.what === 'start' ? { ...line, begun } : line));
  const events = [promised('a'), ...late, ...attempt('a', 2, B, 50, 55)];
  expect(judged(events, { freezes: [{ pid: A, from: 21, until: 60 }] })).toMatchObject({
    runTwiceWithReason: withReason,
    runTwiceWithoutReason: 1 - withReason,
  });
});

it('tells a second attempt after a kill from one without a reason', () => {
  const events = [promised('a'), ...attempt('a', 1, A, 10), ...attempt('a', 2, B, 50, 60)];
  expect(judged(events, { kills: [[A, 30]] })).toMatchObject({
    runTwiceWithReason: 1,
    runTwiceWithoutReason: 0,
    longestRecovery: 20,
    problems: [],
  });
  expect(judged(events)).toMatchObject({ runTwiceWithReason: 0, runTwiceWithoutReason: 1 });
});

it('finds one claim that two have', () => {
  const events = [promised('a'), ...attempt('a', 1, A, 10, 20), ...attempt('a', 1, B, 50, 60)];
  expect(judged(events)).toMatchObject({ sharedClaims: 1 });
});

it('finds an effect that the store holds twice', () => {
  const events = [promised('a'), ...attempt('a', 1, A, 10, 20)];
  expect(judged(events, { effects: ['a', 'a'] })).toMatchObject({ runTwiceWithoutReason: 1 });
});

it('finds a tick that two entries are for', () => {
  const tick = (entry: string): Event[] =>
    attempt(entry, 1, A, 10, 20).map((one) => ({ ...one, recurring: 'tick', tick: 1_000 }));
  const found = judged([promised('a'), ...tick('a'), ...tick('b')], { states: { b: 'succeeded' } });
  expect(found).toMatchObject({ runTwiceWithoutReason: 1 });
});

describe('a tick that never came', () => {
  const ticks = [1_000, 2_000, 5_000].map((tick) => ({
    what: 'start',
    pid: A,
    at: tick,
    recurring: 'r',
    tick,
  }));
  const busy = (from: number, until: number): Event[] =>
    Array.from({ length: (until - from) / 100 }, (_, index) => ({ pid: A, at: from + index * 100 }));
  const missed = (from: number, until: number, events = busy(0, 9_000)) =>
    lostTicks([...ticks, ...events], { recurring: 'r', every: 1_000 }, [{ pid: A, from, until }], 0).length;

  it('is lost where one was at work all the while that declares it', () => {
    expect(missed(0, 6_500)).toBe(2);
    expect(missed(0, 3_500)).toBe(0);
    expect(missed(3_500, 6_500)).toBe(0);
    expect(missed(0, 9_000)).toBe(4);
  });

  it('is not where that one stood still', () => {
    expect(missed(0, 6_500, [...busy(0, 2_900), ...busy(4_000, 9_000)])).toBe(1);
    expect(missed(0, 6_500, [...busy(0, 2_900), ...busy(5_000, 9_000)])).toBe(0);
  });
});
