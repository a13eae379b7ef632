// BullMQ: the processes share a Redis that is the run's own, each round under a prefix of its own.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Proxy } from '../../tools/servers/proxy.mjs';
import { RedisServer } from '../../tools/servers/redis/server.mjs';

/** What a fault may need. */
export const offers = ['server', 'network', 'redis'];

/**
 * In the processes that are made to suffer: who watches loads nothing of the library. Who is gone is found out soon, and
 * so a round is short. What has ended is kept to be counted.
 */
export async function createScheduler({ url, prefix }, { transactionalWork: _, ...options }) {
  const { bullMqScheduler } = await import('nestjs-eventflow-jobs/bullmq');
  const retention = { count: 1_000_000 };
  return bullMqScheduler({ connection: url, prefix, lease: '4s', retention, ...options });
}

let serverOfRun;

/** In the process that watches: a store for one round. */
export async function openStore(_folder, { network }) {
  serverOfRun ??= await RedisServer.start();
  const proxy = network ? await Proxy.start(Number(new URL(serverOfRun.url).port)) : undefined;
  return new RedisKeys(serverOfRun, `{${randomUUID()}}`, proxy);
}

/** After the last round. */
export async function close() {
  await serverOfRun?.close();
}

/** Which set an entry of each state lies in, as the last part of its key. */
const SETS = {
  scheduled: ['delayed', 'prioritized'],
  running: ['active'],
  succeeded: ['completed'],
  failed: ['failed'],
  cancelled: ['@cancelled'],
  parked: ['@parked'],
};

/** Reads the keys one by one and not by the library's scripts, which could be wrong twice in the same way. */
class RedisKeys {
  constructor(server, prefix, proxy) {
    this.server = server;
    this.proxy = proxy;
    this.prefix = prefix;
    /** What `createScheduler` gets in each process. */
    this.connection = { url: proxy ? `redis://127.0.0.1:${proxy.port}` : server.url, prefix };
  }

  entries() {
    return this.#read(async (redis) => {
      const hashes = [...(await this.#hashes(redis))];
      return Promise.all(hashes.map(async ([id, hash]) => ({ id, state: await redis.hget(hash, 'state') })));
    });
  }

  /** How many have not ended. All are in one queue. */
  remaining() {
    return this.#read(async (redis) => {
      const sizes = await Promise.all([
        redis.zcard(`${this.prefix}:default:delayed`),
        redis.zcard(`${this.prefix}:default:prioritized`),
        redis.llen(`${this.prefix}:default:active`),
        redis.zcard(`${this.prefix}:@parked`),
      ]);
      return sizes.reduce((sum, size) => sum + size);
    });
  }

  /** What is wrong with the store itself: entries that lie where their state does not say, or in two places at once. */
  damages() {
    return this.#read(async (redis) => {
      const places = await this.#places(redis);
      const damages = [];
      const hashes = await this.#hashes(redis);
      const entries = await Promise.all(
        [...hashes].map(async ([id, hash]) => ({ id, state: await redis.hget(hash, 'state') })),
      );
      for (const { id, state } of entries) {
        const found = places.get(id) ?? [];
        if (found.length !== 1 || !SETS[state]?.includes(found[0]))
          damages.push(`${id} is ${state}, and lies in ${found.join(' and ') || 'no set'}`);
      }
      for (const id of places.keys())
        if (!hashes.has(id)) damages.push(`${id} lies in a set, and is not there`);
      return damages;
    });
  }

  async close() {
    await this.proxy?.close();
    await this.#read(async (redis) => {
      const keys = await redis.keys(`${this.prefix}:*`);
      if (keys.length > 0) await redis.unlink(keys);
    });
  }

  /** The hash of each entry. */
  async #hashes(redis) {
    const keys = await redis.keys(`${this.prefix}:*`);
    const entry = /:([0-9a-f]{8}-[0-9a-f-]{27})$/;
    return new Map(keys.flatMap((key) => (entry.test(key) ? [[entry.exec(key)[1], key]] : [])));
  }

  /** The sets in which each entry lies. */
  async #places(redis) {
    const places = new Map();
    for (const key of await redis.keys(`${this.prefix}:*`)) {
      const name = key.slice(key.lastIndexOf(':') + 1);
      if (!Object.values(SETS).flat().includes(name)) continue;
      const ids = name === 'active' ? await redis.lrange(key, 0, -1) : await redis.zrange(key, 0, -1);
      for (const id of ids) places.set(id, [...(places.get(id) ?? []), name]);
    }
    return places;
  }

  async #read(run) {
    const redis = new Redis(this.server.url, { enableAutoPipelining: true });
    redis.on('error', () => {}); // the command rejects with the same
    try {
      return await run(redis);
    } finally {
      await redis.quit();
    }
  }
}
