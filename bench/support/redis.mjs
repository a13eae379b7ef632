import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { RedisServer } from '../../tools/servers/redis/server.mjs';
import { startApp } from './app.mjs';

let server;

/** The server of this case, with nothing in it. It syncs its append-only file at every write; it ends with the process. */
export async function withRedis(run) {
  server ??= await RedisServer.start();
  const client = new Redis(server.url);
  await client.flushall();
  await client.quit();
  return run(server.url, `{bench-${randomUUID()}}`);
}

export const startOurs = (url, prefix, worker) =>
  startApp({ scheduler: bullMqScheduler({ connection: url, prefix }), worker });

/** As its documentation advises: one queue, one connection that is told not to give up. */
export function openQueue(url, prefix) {
  const connection = connectionTo(url);
  const queue = new Queue('reminders', { connection, prefix });
  return Object.assign(queue, { end: () => queue.close().then(() => connection.quit()) });
}

export const connectionTo = (url) => new Redis(url, { maxRetriesPerRequest: null });

/** Redis writes its file anew when it has doubled: that is the work of what was stored before. */
export async function settled(url) {
  const client = new Redis(url);
  while (/aof_rewrite_(in_progress|scheduled):1/.test(await client.info('persistence')))
    await new Promise((resolve) => setTimeout(resolve, 100));
  await client.quit();
}
