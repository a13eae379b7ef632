import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../lib/jobs/attempt.js';
import { SystemClock } from '../../lib/jobs/clock.js';
import { WorkerStoppedError } from '../../lib/jobs/jobs.errors.js';
import type { AttemptResult } from '../../lib/jobs/outcome.js';
import type { WorkerOptions } from '../../lib/scheduling/worker-options.js';
import { Slots } from '../../lib/worker/slots.js';
import { NEXT_ENTRY, WorkerPump } from '../../lib/worker/worker-pump.js';
import type { ClaimedEntry, Demand, Exchange, Settlement, WorkSource } from '../../lib/worker/work-source.js';
import { recordLog } from '../support/log.js';

const NOW = Date.parse('2027-01-01T00:00:00Z');
const nothing: Exchange = { settled: [], claimed: [], parked: [] };
const entry = (id: string, queue = 'default') =>
  ({ id, queue, claim: 7, data: `data of ${id}` }) as ClaimedEntry;

/** A pump on a store that answers what the test says, with attempts that end when the test says. */
function pumpOf(
  answers: (Exchange | Promise<Exchange> | Error)[],
  options: WorkerOptions = {},
  sleeps = true,
  answersMeanwhile = false,
) {
  const asked: { settlements: readonly Settlement[]; demand: Demand }[] = [];
  const attempts = new Map<string, { attempt: Attempt; end: () => void }>();
  const reported: string[] = [];
  const timers: (string | undefined)[] = [];
  const progress = vi.fn();
  const lease = { holds: true, from: 0 };
  const source: WorkSource = {
    holdsLease: (since) => lease.holds && since >= lease.from,
    exchange(settlements, demand) {
      asked.push({ settlements, demand });
      const answer = answers.shift() ?? {
        ...nothing,
        settled: settlements.map(({ result }) => result.outcome),
      };
      if (answer instanceof Error) throw answer;
      return answer;
    },
    progress,
    answersMeanwhile,
  };
  const runner = {
    run: (attempt: Attempt) =>
      new Promise<AttemptResult>((resolve) => {
        const { entry: of } = attempt;
        if (attempt.mayBegin?.() === false)
          return resolve({ entry: of, outcome: { type: 'released' }, durationMs: 0 });
        const end = (type: 'succeeded' | 'released') =>
          resolve({ entry: of, outcome: { type }, durationMs: 1 });
        attempts.set(of.id, { attempt, end: () => end('succeeded') });
        attempt.onAbort(() => end('released'));
      }),
  };
  const reporter = {
    settled: ({ entry: of, outcome }: AttemptResult) => reported.push(`${of.id} ${outcome.type}`),
    parked: ({ id }: ClaimedEntry) => reported.push(`${id} parked`),
  };
  const clock = new SystemClock((_, label) => timers.push(label));
  const pump = new WorkerPump(source, runner as never, reporter as never, clock, new Slots(options), sleeps);
  return { pump, asked, attempts, reported, timers, progress, source, answers, lease };
}

/** Lets the pump take its turns. */
const turns = async () => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('The worker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks once, however often it is woken in one turn', async () => {
    const { pump, asked } = pumpOf([]);
    pump.wake();
    pump.wake();
    expect(asked).toHaveLength(0);
    await turns();
    expect(asked).toEqual([{ settlements: [], demand: { shared: 10, own: new Map(), most: new Map() } }]);
    pump.wake();
    await turns();
    expect(asked).toHaveLength(2);
  });

  it('runs what it claims, reports what has ended together, and asks for as many as there are free slots', async () => {
    const { pump, asked, attempts, reported } = pumpOf([
      { ...nothing, claimed: ['a', 'b', 'c'].map((id) => entry(id)) },
    ]);
    pump.wake();
    await turns();
    expect(pump.begun).toBe(3);
    expect(pump.attempts.map((attempt) => attempt.entry.id)).toEqual(['a', 'b', 'c']);
    attempts.get('a')!.end();
    attempts.get('b')!.end();
    await turns();
    expect(asked).toHaveLength(2);
    expect(asked[1]!.settlements.map(({ claim, result }) => [claim, result.entry.id])).toEqual([
      [7, 'a'],
      [7, 'b'],
    ]);
    expect(asked[1]!.demand.shared).toBe(9);
    expect(reported).toEqual(['a succeeded', 'b succeeded']);
    expect(pump.attempts.map((attempt) => attempt.entry.id)).toEqual(['c']);
  });

  it('fills its slots in halves where attempts can run meanwhile, and asks for the second before the first begins', async () => {
    let answer = (_: Exchange): void => {};
    const later = new Promise<Exchange>((resolve) => (answer = resolve));
    const { pump, asked, attempts } = pumpOf(
      [{ ...nothing, claimed: [entry('a'), entry('b')] }, later],
      { concurrency: 3 },
      true,
      true,
    );
    const begunAtQuestion: number[] = [];
    const ask = asked.push.bind(asked);
    asked.push = (...questions) => {
      begunAtQuestion.push(attempts.size);
      return ask(...questions);
    };

    pump.wake();
    await turns();
    expect(asked.map(({ demand }) => demand.shared)).toEqual([2, 1]);
    expect(begunAtQuestion).toEqual([0, 0]);
    expect([...attempts.keys()]).toEqual(['a', 'b']);

    attempts.get('a')!.end();
    await turns();
    expect(asked).toHaveLength(2);
    answer({ ...nothing, claimed: [entry('c')] });
    await turns();
    expect(asked[2]!.settlements.map(({ result }) => result.entry.id)).toEqual(['a']);
    expect([...attempts.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('asks once where less than that half is due, and begins at once', async () => {
    const { pump, asked, attempts } = pumpOf([{ ...nothing, claimed: [entry('a')] }], {}, true, true);
    pump.wake();
    await turns();
    expect(asked.map(({ demand }) => demand.shared)).toEqual([5]);
    expect([...attempts.keys()]).toEqual(['a']);
  });

  it('still knows the newer attempt at an entry whose claim was lost and won again, when the older one ends', async () => {
    const { pump, attempts } = pumpOf([
      { ...nothing, claimed: [entry('a')] },
      { ...nothing, claimed: [{ ...entry('a'), claim: 8 }] },
    ]);
    pump.wake();
    await turns();
    const older = attempts.get('a')!;
    pump.wake();
    await turns();
    const newer = attempts.get('a')!;
    expect(newer.attempt).not.toBe(older.attempt);
    older.end();
    await turns();
    expect(pump.attempts).toEqual([newer.attempt]);
    pump.abort('a', new WorkerStoppedError('enough'));
    expect(newer.attempt.signal.aborted).toBe(true);
    expect(older.attempt.signal.aborted).toBe(false);
  });

  it('runs attempts in a context of its own, not in that of whoever woke it', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const { pump, attempts, source } = pumpOf([{ ...nothing, claimed: [entry('a')] }]);
    const exchange = source.exchange.bind(source);
    source.exchange = (...args) => {
      seen.push(request.getStore());
      return exchange(...args);
    };
    request.run('of another tenant', () => pump.wake());
    await turns();
    expect(attempts.has('a')).toBe(true);
    expect(seen).toEqual([undefined]);
  });

  it('asks for nothing while no slot is free', async () => {
    const { pump, asked, attempts } = pumpOf([{ ...nothing, claimed: [entry('a')] }], { concurrency: 1 });
    pump.wake();
    await turns();
    pump.wake();
    await turns();
    expect(asked).toHaveLength(1);
    attempts.get('a')!.end();
    await turns();
    expect(asked).toHaveLength(2);
    expect(asked[1]!.demand.shared).toBe(1);
  });

  it('warns when a claim was lost, and reports nothing of that attempt', async () => {
    const log = recordLog();
    const { pump, attempts, reported } = pumpOf([
      { ...nothing, claimed: [entry('a')] },
      { ...nothing, settled: [undefined] },
    ]);
    pump.wake();
    await turns();
    attempts.get('a')!.end();
    await turns();
    expect(reported).toEqual([]);
    expect(log).toEqual(['warn: The claim of a was lost before its attempt ended: nothing was written.']);
  });

  it('reports what was parked, and looks for more at once', async () => {
    const { pump, asked, reported } = pumpOf([{ ...nothing, parked: [entry('a')] }]);
    pump.wake();
    await turns();
    expect(reported).toEqual(['a parked']);
    expect(asked).toHaveLength(2);
  });

  it('wakes when the next entry is due, not before', async () => {
    const { pump, asked, timers } = pumpOf([{ ...nothing, nextAt: NOW + 5_000 }]);
    pump.wake();
    await turns();
    expect(pump.wakesAt).toBe(NOW + 5_000);
    expect(timers).toEqual([NEXT_ENTRY]);
    vi.advanceTimersByTime(4_999);
    await turns();
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await turns();
    expect(asked).toHaveLength(2);
    expect(pump.wakesAt).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wakes when a rate limit lets the next one through, if that is earlier', async () => {
    const queues = { mail: { rateLimit: { max: 1, per: '2s' } } } as const;
    const { pump } = pumpOf([{ ...nothing, claimed: [entry('a', 'mail')], nextAt: NOW + 5_000 }], { queues });
    pump.wake();
    await turns();
    expect(pump.wakesAt).toBe(NOW + 2_000);
  });

  it('reckons a rate limit from when an attempt begins, which its transaction may put off, not from its claim', async () => {
    const queues = { mail: { rateLimit: { max: 1, per: '2s' } } } as const;
    const { pump, source, attempts, asked } = pumpOf([{ ...nothing, claimed: [entry('a', 'mail')] }], {
      queues,
    });
    let begin!: () => void;
    const transaction = new Promise<void>((resolve) => (begin = resolve));
    Object.assign(source, {
      perform: async (_: Attempt, run: () => Promise<AttemptResult>) => {
        await transaction;
        return { result: await run() };
      },
    });
    pump.wake();
    await turns();
    expect(pump.wakesAt).toBeUndefined();
    vi.advanceTimersByTime(1_500);
    begin();
    await turns();
    expect(attempts.has('a')).toBe(true);
    expect(pump.wakesAt).toBe(NOW + 3_500);
    vi.advanceTimersByTime(1_999);
    await turns();
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await turns();
    expect(asked.at(-1)!.demand.most).toEqual(new Map([['mail', 1]]));
  });

  it('keeps no second timer when it is told of an earlier entry', async () => {
    const { pump } = pumpOf([
      { ...nothing, nextAt: NOW + 5_000 },
      { ...nothing, nextAt: NOW + 1_000 },
    ]);
    for (let i = 0; i < 2; i++) {
      pump.wake();
      await turns();
    }
    expect(vi.getTimerCount()).toBe(1);
    expect(pump.wakesAt).toBe(NOW + 1_000);
  });

  it('only knows when the next entry is due where it is not to wake by itself', async () => {
    const { pump } = pumpOf([{ ...nothing, nextAt: NOW + 5_000 }], {}, false);
    pump.wake();
    await turns();
    expect(pump.wakesAt).toBe(NOW + 5_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('looks again after a turn in which it was woken', async () => {
    const { pump, asked, answers } = pumpOf([]);
    let answer!: (exchange: Exchange) => void;
    answers.push(new Promise<Exchange>((resolve) => (answer = resolve)));
    pump.wake();
    await turns();
    pump.wake();
    await turns();
    expect(asked).toHaveLength(1);
    answer(nothing);
    await turns();
    expect(asked).toHaveLength(2);
  });

  it('gives back, unbegun, what is claimed while it is told to stop', async () => {
    const { pump, asked, attempts, reported, answers } = pumpOf([]);
    let answer!: (exchange: Exchange) => void;
    answers.push(new Promise<Exchange>((resolve) => (answer = resolve)));
    pump.wake();
    await turns();
    const stopped = pump.stop(60_000, 60_000);
    answer({ ...nothing, claimed: [entry('a')] });
    await stopped;
    expect(attempts.size).toBe(0);
    expect(asked[1]!.settlements).toMatchObject([{ claim: 7, result: { outcome: { type: 'released' } } }]);
    expect(reported).toEqual(['a released']);
  });

  it('begins nothing of an answer that took longer than its lease, and claims nothing until it has one again', async () => {
    const { pump, asked, attempts, answers, lease } = pumpOf([]);
    let answer!: (exchange: Exchange) => void;
    answers.push(new Promise<Exchange>((resolve) => (answer = resolve)));
    pump.wake();
    await turns();
    lease.holds = false;
    answer({ ...nothing, claimed: [entry('a')] });
    await turns();
    expect(attempts.size).toBe(0);
    expect(asked).toHaveLength(2);
    expect(asked[1]!.settlements).toMatchObject([{ claim: 7, result: { outcome: { type: 'released' } } }]);
    expect(asked[1]!.demand.shared).toBe(0);

    lease.holds = true;
    answers.push({ ...nothing, claimed: [entry('b')] });
    pump.wake();
    await turns();
    expect([...attempts.keys()]).toEqual(['b']);
  });

  it('begins nothing that it asked for before its lease ended, even if it has one again when the answer comes', async () => {
    const { pump, asked, attempts, answers, lease } = pumpOf([]);
    let answer!: (exchange: Exchange) => void;
    answers.push(new Promise<Exchange>((resolve) => (answer = resolve)));
    pump.wake();
    await turns();
    lease.from = performance.now();
    answers.push({ ...nothing, claimed: [entry('b')] });
    answer({ ...nothing, claimed: [entry('a')] });
    await turns();
    expect(asked[1]!.settlements).toMatchObject([
      { result: { entry: { id: 'a' }, outcome: { type: 'released' } } },
    ]);
    expect([...attempts.keys()]).toEqual(['b']);
  });

  it('asks at the time of a tick, even while no slot is free', async () => {
    const { pump, asked } = pumpOf([{ ...nothing, claimed: [entry('a')], nextAt: NOW + 1_000 }], {
      concurrency: 1,
    });
    pump.wake();
    await turns();
    vi.advanceTimersByTime(999);
    pump.wake();
    await turns();
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await turns();
    expect(asked).toHaveLength(2);
    expect(asked[1]!.demand.shared).toBe(0);
  });

  it('leaves an attempt to a store that runs it in a transaction, and reports what that wrote', async () => {
    const { pump, asked, attempts, reported, source } = pumpOf([
      { ...nothing, claimed: [entry('a'), entry('b')] },
    ]);
    source.perform = async (attempt, run) => {
      const result = await run();
      return attempt.entry.id === 'a' ? { result, settled: { type: 'cancelled' } } : { result };
    };
    pump.wake();
    await turns();
    attempts.get('a')!.end();
    await turns();
    expect(reported).toEqual(['a cancelled']);
    expect(asked.flatMap(({ settlements }) => settlements)).toEqual([]);
    attempts.get('b')!.end();
    await turns();
    expect(reported).toEqual(['a cancelled', 'b succeeded']);
  });

  it('passes on the progress of an attempt', async () => {
    const { pump, attempts, progress } = pumpOf([{ ...nothing, claimed: [entry('a')] }]);
    pump.wake();
    await turns();
    attempts.get('a')!.attempt.onProgress(0.5, 'half');
    expect(progress.mock.calls).toEqual([[entry('a'), 0.5, 'half']]);
  });

  it('aborts the attempt at one entry, and at no other', async () => {
    const { pump, attempts } = pumpOf([{ ...nothing, claimed: [entry('a'), entry('b')] }]);
    pump.wake();
    await turns();
    const reason = new Error('cancelled');
    pump.abort('a', reason);
    pump.abort('nothing', reason);
    expect(attempts.get('a')!.attempt.signal.reason).toBe(reason);
    expect(attempts.get('b')!.attempt.signal.aborted).toBe(false);
  });

  describe('that cannot reach the store', () => {
    it('says so once, asks again at growing intervals, says that it is back, and loses no report', async () => {
      const log = recordLog();
      const away = new Error('connection refused');
      const { pump, asked, attempts, reported } = pumpOf([
        { ...nothing, claimed: [entry('a')] },
        ...Array.from({ length: 7 }, () => away),
      ]);
      pump.wake();
      await turns();
      attempts.get('a')!.end();
      await turns();
      const pauses: number[] = [];
      for (let tries = asked.length, waited = 0; pauses.length < 7; waited++) {
        if (asked.length > tries) {
          pauses.push(waited);
          [tries, waited] = [asked.length, 0];
        }
        vi.advanceTimersByTime(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(pauses).toEqual([50, 100, 200, 400, 800, 1_000, 1_000]);
      expect(asked.slice(1).map(({ settlements }) => settlements.length)).toEqual(Array(8).fill(1));
      expect(reported).toEqual(['a succeeded']);
      expect(log).toEqual([
        'error: The worker cannot reach the store, and keeps trying: connection refused',
        'log: The store is back: the worker goes on.',
      ]);
    }, 10_000);
  });

  describe('that is idle', () => {
    it('says so at once when nothing runs, and else when the last attempt was reported', async () => {
      const { pump, attempts, reported } = pumpOf([{ ...nothing, claimed: [entry('a'), entry('b')] }]);
      await pump.idle();
      pump.wake();
      let idle = false;
      void pump.idle().then(() => (idle = true));
      await turns();
      attempts.get('a')!.end();
      await turns();
      expect(idle).toBe(false);
      attempts.get('b')!.end();
      await turns();
      expect(idle).toBe(true);
      expect(reported).toEqual(['a succeeded', 'b succeeded']);
    });

    it('may still have attempts that are to be ignored', async () => {
      const { pump, attempts } = pumpOf([{ ...nothing, claimed: [entry('a'), entry('b')] }]);
      pump.wake();
      await turns();
      let idle = false;
      void pump.idle(new Set([attempts.get('a')!.attempt])).then(() => (idle = true));
      await turns();
      expect(idle).toBe(false);
      attempts.get('b')!.end();
      await turns();
      expect(idle).toBe(true);
    });
  });

  describe('that stops', () => {
    it('claims no more, sleeps no more, and waits for what runs and for its report', async () => {
      const { pump, asked, attempts, reported } = pumpOf([
        { ...nothing, claimed: [entry('a')], nextAt: NOW + 5_000 },
      ]);
      pump.wake();
      await turns();
      let stopped = false;
      void pump.stop(60_000, 1_000).then(() => (stopped = true));
      vi.advanceTimersByTime(10_000);
      pump.wake();
      await turns();
      expect(asked).toHaveLength(1);
      expect(stopped).toBe(false);
      attempts.get('a')!.end();
      await turns();
      expect(stopped).toBe(true);
      expect(asked[1]!.demand).toEqual({ shared: 0, own: new Map(), most: new Map() });
      expect(reported).toEqual(['a succeeded']);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('plans no waking for the next entry', async () => {
      const { pump, attempts } = pumpOf([
        { ...nothing, claimed: [entry('a')] },
        { settled: [{ type: 'succeeded' }], claimed: [], parked: [], nextAt: NOW + 90_000 },
      ]);
      pump.wake();
      await turns();
      const stopped = pump.stop(60_000, 1_000);
      attempts.get('a')!.end();
      await stopped;
      expect(vi.getTimerCount()).toBe(0);
    });

    it('aborts what has not ended after its timeout, not before, and says how many that were', async () => {
      const log = recordLog();
      const { pump, attempts, reported } = pumpOf([{ ...nothing, claimed: [entry('a'), entry('b')] }]);
      pump.wake();
      await turns();
      const { attempt } = attempts.get('a')!;
      let stopped = false;
      void pump.stop(3_000, 1_000).then(() => (stopped = true));
      vi.advanceTimersByTime(2_999);
      await turns();
      expect([attempt.signal.aborted, stopped]).toEqual([false, false]);
      vi.advanceTimersByTime(1);
      await turns();
      expect(attempt.signal.reason).toBeInstanceOf(WorkerStoppedError);
      expect((attempt.signal.reason as Error).message).toBe(
        'The worker stopped, and the attempt did not end within 3000 ms.',
      );
      expect(log).toEqual(['warn: 2 attempts did not end within 3000 ms: their entries go back.']);
      expect(reported).toEqual(['a released', 'b released']);
      expect(stopped).toBe(true);
    });

    it('gives a store that is away some time to be told, no more, and says what it was not told', async () => {
      const log = recordLog();
      const away = Array.from({ length: 50 }, () => new Error('away'));
      const { pump } = pumpOf([{ ...nothing, claimed: [entry('a')] }, ...away]);
      pump.wake();
      await turns();
      let stopped = false;
      void pump.stop(3_000, 1_000).then(() => (stopped = true));
      for (let passed = 0; passed < 4_000; passed++) {
        expect(stopped, `${passed} ms`).toBe(false);
        vi.advanceTimersByTime(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await turns();
      expect(stopped).toBe(true);
      expect(log.at(-1)).toBe('error: The store cannot be told what became of 1 attempts.');
      expect(vi.getTimerCount()).toBe(0);
    }, 10_000);

    it('ends at once when nothing runs, without a word', async () => {
      const log = recordLog();
      const { pump } = pumpOf([]);
      await pump.stop(60_000, 1_000);
      expect(log).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
