import { type BullMqSchedulerOptions, bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import type { Redis } from 'ioredis';
import { type TestApp, startApp } from '../../../support/app.js';
import { createPrefix, redisClient } from '../../../support/redis.js';
import { NoteJob } from '../../pg-boss/support/note.job.js';

export { NoteJob, behaviours, forget, ran } from '../../pg-boss/support/note.job.js';

export interface RedisApp extends TestApp {
  readonly connection: string;
  readonly prefix: string;
  /** A client beside the app. */
  readonly client: Redis;
}

/** An app on a part of the Redis that nobody else uses, or on that of `options`. */
export async function startOn(
  options: Partial<BullMqSchedulerOptions> & { connection?: string } = {},
  more: Parameters<typeof startApp>[0] = {},
): Promise<RedisApp> {
  const at = options.connection && options.prefix ? {} : await createPrefix();
  const all = { lease: '2s', ...at, ...options } as BullMqSchedulerOptions & RedisApp;
  const { connection, prefix } = all;
  const app = await startApp({ jobs: [NoteJob], scheduler: bullMqScheduler(all), ...more });
  return { ...app, connection, prefix, client: redisClient(connection) };
}
