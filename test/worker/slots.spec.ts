import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../lib/worker/rate-limiter.js';
import { NO_DEMAND, Slots, wantsAny } from '../../lib/worker/slots.js';

describe('A rate limit', () => {
  it('lets through as many as it says in any span of its length, and the next one when the first leaves it', () => {
    const limiter = new RateLimiter(2, 100);
    expect([limiter.free(0), limiter.nextAt(0)]).toEqual([2, undefined]);
    limiter.take().at = 0;
    expect([limiter.free(10), limiter.nextAt(10)]).toEqual([1, undefined]);
    limiter.take().at = 40;
    expect([limiter.free(99), limiter.nextAt(99)]).toEqual([0, 100]);
    expect([limiter.free(100), limiter.nextAt(100)]).toEqual([1, undefined]);
    limiter.take().at = 100;
    expect([limiter.free(139), limiter.nextAt(139)]).toEqual([0, 140]);
    expect([limiter.free(140), limiter.nextAt(140)]).toEqual([1, undefined]);
    expect([limiter.free(1_000), limiter.nextAt(1_000)]).toEqual([2, undefined]);
  });
});

describe('A rate limit, while one that it let through has not begun yet', () => {
  it('counts it, and its span only when it begins: else too many could begin in one', () => {
    const limiter = new RateLimiter(2, 100);
    const slow = limiter.take();
    limiter.take().at = 0;
    expect([limiter.free(99), limiter.nextAt(99)]).toEqual([0, 100]);
    expect(limiter.free(100)).toBe(1);
    limiter.take().at = 100;
    expect([limiter.free(199), limiter.nextAt(199)]).toEqual([0, 200]);
    slow.at = 150;
    expect([limiter.free(200), limiter.nextAt(200)]).toEqual([1, undefined]);
    expect(limiter.free(250)).toBe(2);
  });

  it('does not say when the next may begin where all are on their way, and forgets what never began', () => {
    const limiter = new RateLimiter(1, 100);
    const start = limiter.take();
    expect([limiter.free(500), limiter.nextAt(500)]).toEqual([0, Infinity]);
    start.at = -Infinity;
    expect([limiter.free(500), limiter.nextAt(500)]).toEqual([1, undefined]);
  });
});

describe('The slots of a worker', () => {
  it('are ten by default, shared by all queues', () => {
    const slots = new Slots({});
    expect(slots.demand(0)).toEqual({ shared: 10, own: new Map(), most: new Map() });
    slots.taken('a');
    slots.taken('b');
    expect(slots.demand(0).shared).toBe(8);
    slots.freed('a');
    expect(slots.demand(0).shared).toBe(9);
    expect(slots.nextAt(0)).toBeUndefined();
  });

  it('of a queue with a concurrency of its own come on top', () => {
    const slots = new Slots({ concurrency: 1, queues: { mail: { concurrency: 2 }, plain: {} } });
    slots.taken('mail');
    expect(slots.demand(0)).toEqual({ shared: 1, own: new Map([['mail', 1]]), most: new Map() });
    slots.taken('mail');
    slots.taken('plain');
    expect(slots.demand(0)).toEqual({ shared: 0, own: new Map([['mail', 0]]), most: new Map() });
    slots.freed('mail');
    slots.freed('plain');
    expect(slots.demand(0)).toEqual({ shared: 1, own: new Map([['mail', 1]]), most: new Map() });
  });

  it('of a queue with a rate limit are no more than that leaves', () => {
    const rateLimit = { max: 3, per: '1s' } as const;
    const slots = new Slots({ queues: { mail: { rateLimit }, own: { concurrency: 2, rateLimit } } });
    expect(slots.demand(0)).toEqual({ shared: 10, own: new Map([['own', 2]]), most: new Map([['mail', 3]]) });
    for (const queue of ['mail', 'own', 'own']) slots.taken(queue)!.at = 0;
    slots.freed('own');
    slots.freed('own');
    expect(slots.demand(999)).toEqual({
      shared: 9,
      own: new Map([['own', 1]]),
      most: new Map([['mail', 2]]),
    });
    expect(slots.nextAt(999)).toBeUndefined();
    slots.taken('own')!.at = 500;
    expect(slots.demand(999).own).toEqual(new Map([['own', 0]]));
    expect(slots.nextAt(999)).toBe(1_000);
    expect(slots.demand(1_000).own).toEqual(new Map([['own', 1]]));
    expect(slots.nextAt(1_000)).toBeUndefined();
  });

  it('are next free, of several rate limits, when the earliest lets one through', () => {
    const queues = {
      slow: { rateLimit: { max: 1, per: '1h' } },
      fast: { rateLimit: { max: 1, per: '1s' } },
      fair: { rateLimit: { max: 1, per: '1m' } },
    } as const;
    const slots = new Slots({ queues });
    for (const queue of ['slow', 'fast', 'fair']) slots.taken(queue)!.at = 0;
    expect(slots.nextAt(0)).toBe(1_000);
  });

  it('want something while one of them is free', () => {
    expect(wantsAny(NO_DEMAND)).toBe(false);
    expect(wantsAny({ ...NO_DEMAND, shared: 1 })).toBe(true);
    const own = new Map([
      ['a', 0],
      ['b', 1],
    ]);
    expect(wantsAny({ ...NO_DEMAND, own })).toBe(true);
    expect(wantsAny({ ...NO_DEMAND, own: new Map([['a', 0]]) })).toBe(false);
  });
});
