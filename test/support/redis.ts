import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, inject, onTestFinished } from 'vitest';
import { RedisServer } from '../../tools/servers/redis/server.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the run's Redis. */
    redis: string;
  }
}

/** A part of a Redis that nobody else uses: that of `REDIS_URL`, or else the one that this run shares. */
export async function createPrefix(): Promise<{ connection: string; prefix: string }> {
  return { connection: await sharedRedis(), prefix: `{${randomUUID()}}` };
}

/** A server of the test's own, to stop, freeze and start again. */
export async function startRedis(options?: Parameters<typeof RedisServer.start>[0]): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  atEnd(() => server.close());
  return server;
}

/** A client of the test's own. */
export function redisClient(url: string): Redis {
  const client = new Redis(url);
  client.on('error', () => {}); // the server is stopped under it
  atEnd(async () => client.disconnect());
  return client;
}

/** All keys that begin so. */
export async function keysOf(client: Redis, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for (let cursor = '0', more = true; more;) {
    const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 1_000);
    found.push(...keys);
    cursor = next;
    more = next !== '0';
  }
  return [...new Set(found)].toSorted();
}

async function sharedRedis(): Promise<string> {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  const response = await fetch(inject('redis'));
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}

function atEnd(action: () => Promise<void>): void {
  try {
    onTestFinished(action);
  } catch {
    afterAll(action);
  }
}
