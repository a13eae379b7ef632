import { toMilliseconds } from '../scheduling/duration.js';
import { DEFAULT_CONCURRENCY, type WorkerOptions } from '../scheduling/worker-options.js';
import { type LimitedStart, RateLimiter } from './rate-limiter.js';
import type { Demand } from './work-source.js';

/** Counts what runs in this process, and so what it can take. */
export class Slots {
  private readonly concurrency: number;
  private readonly own = new Map<string, number>();
  private readonly limiters = new Map<string, RateLimiter>();
  private readonly runningOwn = new Map<string, number>();
  private runningShared = 0;

  constructor({ concurrency = DEFAULT_CONCURRENCY, queues = {} }: WorkerOptions) {
    this.concurrency = concurrency;
    for (const [name, queue] of Object.entries(queues)) {
      if (queue.concurrency !== undefined) this.own.set(name, queue.concurrency);
      if (queue.rateLimit) {
        this.limiters.set(name, new RateLimiter(queue.rateLimit.max, toMilliseconds(queue.rateLimit.per)));
      }
    }
  }

  demand(now: number): Demand {
    const own = new Map<string, number>();
    for (const [queue, most] of this.own) {
      const free = most - (this.runningOwn.get(queue) ?? 0);
      own.set(queue, Math.min(free, this.limiters.get(queue)?.free(now) ?? free));
    }
    const most = new Map<string, number>();
    for (const [queue, limiter] of this.limiters)
      if (!this.own.has(queue)) most.set(queue, limiter.free(now));
    return { shared: this.concurrency - this.runningShared, own, most };
  }

  /** The same, but of what queues share no more than half of all slots. */
  demandOfHalf(now: number): Demand {
    const demand = this.demand(now);
    return { ...demand, shared: Math.min(demand.shared, Math.ceil(this.concurrency / 2)) };
  }

  /** @returns the start, where there is a limit that is to know when it begins. */
  taken(queue: string): LimitedStart | undefined {
    this.count(queue, 1);
    return this.limiters.get(queue)?.take();
  }

  freed(queue: string): void {
    this.count(queue, -1);
  }

  /** What keeps this process from beginning an entry of the queue now, as a sentence, if anything does. */
  limitOf(queue: string, now: number): string | undefined {
    if (this.limiters.get(queue)?.free(now) === 0)
      return `its queue '${queue}' has reached its rate limit: it goes on by itself.`;
    const own = this.own.get(queue);
    if (own !== undefined && (this.runningOwn.get(queue) ?? 0) >= own)
      return `all ${own} slots of its queue '${queue}' are taken: raise its \`concurrency\`.`;
    if (own === undefined && this.runningShared >= this.concurrency)
      return `all ${this.concurrency} slots of the worker are taken: raise \`concurrency\`, or start more workers.`;
    return undefined;
  }

  /** When a rate limit lets the next one through, where one holds now. */
  nextAt(now: number): number | undefined {
    let next: number | undefined;
    for (const limiter of this.limiters.values()) {
      const at = limiter.nextAt(now);
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  private count(queue: string, change: number): void {
    if (this.own.has(queue)) this.runningOwn.set(queue, (this.runningOwn.get(queue) ?? 0) + change);
    else this.runningShared += change;
  }
}

export const NO_DEMAND: Demand = { shared: 0, own: new Map(), most: new Map() };

export function wantsAny({ shared, own }: Demand): boolean {
  return shared > 0 || [...own.values()].some((free) => free > 0);
}
