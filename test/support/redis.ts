import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { afterAll, inject, onTestFinished } from 'vitest';
import { RedisServer } from '../../tools/servers/redis/server.mjs';
import { askAt } from './desk.js';

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

/**
 * Tells of each command that the server gets, scripts' own included, from now on. By hand, since ioredis fails where a
 * command comes before the answer to its own MONITOR.
 */
export async function watchCommands(url: string, onCommand: (words: string[]) => void): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // the server is stopped under it
  atEnd(async () => void socket.destroy());
  socket.write('MONITOR\r\n');
  await new Promise<void>((resolve) => {
    createInterface({ input: socket }).on('line', (line) => {
      if (line === '+OK') resolve();
      else onCommand(wordsOf(line));
    });
  });
}

const CONTROL: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b' };

/** `+1795652842.413503 [0 127.0.0.1:50284] "SET" "key" "a \"quoted\" value"`. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) =>
    word!.replace(/\\(x[0-9a-f]{2}|.)/g, (_, escaped: string) =>
      escaped.length === 3
        ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
        : (CONTROL[escaped] ?? escaped),
    ),
  );
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
  return askAt(inject('redis'));
}

function atEnd(action: () => Promise<void>): void {
  try {
    onTestFinished(action);
  } catch {
    afterAll(action);
  }
}
