import type { Duration } from '../../scheduling/duration.js';
import type { Cluster, Redis, RedisOptions } from './drivers.js';

/**
 * How Redis is reached: a URL, what ioredis takes (with a `url`, as BullMQ has it), or an ioredis client or cluster of the
 * app's own. Of a client connections of its own are made, with the same options: the app's is left as it is.
 *
 * @publicApi
 */
export type BullMqConnection = string | (RedisOptions & { url?: string }) | Redis | Cluster;

/**
 * What `bullMqScheduler()` takes: the connection, what keys begin with, how long it keeps, who holds what.
 *
 * @publicApi
 */
export interface BullMqSchedulerOptions {
  connection: BullMqConnection;
  /**
   * What every key begins with. It gets the braces of a hash tag, where it has none, so that all keys lie in one slot of a
   * cluster.
   * @default '{eventflow-jobs}'
   */
  prefix?: string;
  /** The queues that this process works on. @default all there are */
  queues?: readonly string[];
  /**
   * How many finished entries are kept, of each queue and end, and how long.
   * @default 7 days, and at most 10,000
   */
  retention?: { age?: Duration; count?: number };
  /**
   * After this long without a sign of life, a worker loses its entries to the others. It gives one every third of that,
   * and every 2 seconds at least.
   * @default '15s'
   */
  lease?: Duration;
  /** A backend of BullMQ's own: only that on Redis can be used, which is the default. */
  backend?: unknown;
}
