import type * as BullMqModule from 'bullmq';
import type * as RedisModule from 'ioredis';
import { installed } from '../../scheduling/missing-driver.error.js';

export type { Queue } from 'bullmq';
export type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';

export interface Drivers {
  readonly Queue: typeof BullMqModule.Queue;
  readonly createRedisBackend: typeof BullMqModule.createRedisBackend;
  readonly Redis: typeof RedisModule.Redis;
}

/** The one place that loads them: only an app that uses the scheduler needs them installed. */
export function loadDrivers(): Promise<Drivers> {
  return installed('bullMqScheduler()', 'bullmq@~6.7.0 ioredis', async () => {
    const [{ Queue, createRedisBackend }, { Redis }] = await Promise.all([
      import('bullmq'),
      import('ioredis'),
    ]);
    return { Queue, createRedisBackend, Redis };
  });
}
