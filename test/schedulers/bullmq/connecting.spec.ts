import { createRedisBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { UnsupportedOperationError } from 'nestjs-eventflow-jobs';
import { type BullMqConnection, bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startApp, startError } from '../../support/app.js';
import { createPrefix, keysOf, redisClient } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

const hostOf = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });
const WAYS: [string, (url: string) => BullMqConnection][] = [
  ['a URL', (url) => url],
  ['options', hostOf],
  ['options with a url', (url) => ({ url, connectionName: 'ours' })],
  ['a client', (url) => redisClient(url)],
  [
    'a client that answers numbers as text',
    (url) => new Redis(url, { stringNumbers: true, lazyConnect: true }),
  ],
  ['a client with an offline queue and no limits', (url) => new Redis(url, { maxRetriesPerRequest: null })],
];

it.each(WAYS)('works on %s', async (_, connectionTo) => {
  const { connection: url, prefix } = await createPrefix();
  const connection = connectionTo(url);
  if (connection instanceof Redis) onTestFinished(() => connection.disconnect());
  const { scheduler, nest } = await startApp({
    jobs: [NoteJob],
    scheduler: bullMqScheduler({ connection, prefix }),
  });

  const id = await scheduler.scheduleNow(new NoteJob('a'), { key: 'k' });
  await until(() => ran.includes('a'));
  await until(async () => (await scheduler.get(id))?.state === 'succeeded');
  const later = await scheduler.schedule(new NoteJob('b'), '1h');
  expect(await scheduler.reschedule(later, '2h')).toBe(true);
  expect(await scheduler.cancel(later)).toBe(true);
  await nest.close();
});

it('leaves a client of the app as it is: open, with its options, and no listener more', async () => {
  const { connection: url, prefix } = await createPrefix();
  const connection = redisClient(url);
  await connection.ping();
  const options = { ...connection.options };
  const listeners = () => connection.eventNames().map((name) => [name, connection.listenerCount(name)]);
  const before = listeners();

  const app = await startApp({ jobs: [NoteJob], scheduler: bullMqScheduler({ connection, prefix }) });
  await app.scheduler.scheduleNow(new NoteJob('a'));
  await until(() => ran.includes('a'));
  await app.nest.close();

  expect(connection.status).toBe('ready');
  expect(await connection.ping()).toBe('PONG');
  expect(connection.options).toEqual(options);
  expect(listeners()).toEqual(before);
});

it('closes all its connections with the app', async () => {
  const { connection, prefix } = await createPrefix();
  const client = redisClient(connection);
  const name = `eventflow-${process.pid}-${performance.now()}`;
  const open = async () => ((await client.client('LIST')) as string).split(`name=${name}`).length - 1;
  const app = await startApp({
    jobs: [NoteJob],
    scheduler: bullMqScheduler({ connection: { url: connection, connectionName: name }, prefix }),
  });
  await app.scheduler.scheduleNow(new NoteJob('a'));
  await until(() => ran.includes('a'));
  expect(await open()).toBeGreaterThan(1);

  await app.nest.close();

  await until(async () => (await open()) === 0, 'all to be closed');
});

describe('refuses, by an error that says what to do,', () => {
  const nodeRedis = {
    duplicate: () => nodeRedis,
    connect: async () => {},
    evalSha: async () => {},
    isOpen: true,
  };
  it.each<[string, (url: string) => BullMqConnection, RegExp]>([
    [
      'a client with a keyPrefix',
      (url) => new Redis(url, { keyPrefix: 'own:', lazyConnect: true }),
      /keyPrefix.*`prefix`/,
    ],
    ['options with a keyPrefix', (url) => ({ url, keyPrefix: 'own:' }), /keyPrefix.*`prefix`/],
    ['a URL with a keyPrefix', (url) => `${url}?keyPrefix=own:`, /keyPrefix.*`prefix`/],
    ['a client of another package', () => nodeRedis as never, /no client of ioredis.*its URL/],
  ])('%s', async (_, connectionTo, message) => {
    const { connection: url } = await createPrefix();
    const error = await startError({ scheduler: bullMqScheduler({ connection: connectionTo(url) }) });
    expect(error.message).toMatch(message);
  });

  it('a backend that runs no scripts; BullMQ’s own on Redis is what it uses', async () => {
    const { connection, prefix } = await createPrefix();
    const error = await startError({ scheduler: bullMqScheduler({ connection, prefix, backend: () => {} }) });
    expect(error).toBeInstanceOf(UnsupportedOperationError);
    expect(error.message).toMatch(/leave `backend` out, or take pgBossScheduler\(\)/);

    await startApp({ scheduler: bullMqScheduler({ connection, prefix, backend: createRedisBackend }) });
  });
});

it('works on the queues of `queues` only, and schedules to all', async () => {
  const all = await startOn({ queues: ['mail', 'none yet'] });
  const { scheduler, connection, prefix } = all;

  const other = await scheduler.scheduleNow(new NoteJob('other'), { queue: 'other' });
  await scheduler.scheduleNow(new NoteJob('mail'), { queue: 'mail' });
  await until(() => ran.includes('mail'));
  await scheduler.scheduleNow(new NoteJob('mail again'), { queue: 'mail' });
  await until(() => ran.includes('mail again'));
  expect(ran).toEqual(['mail', 'mail again']);
  expect(await scheduler.get(other)).toMatchObject({ state: 'scheduled' });

  await startOn({ connection, prefix, queues: ['other'] });
  await until(() => ran.includes('other'));
});

it('without braces, a prefix gets them; it keeps apart what is not its own', async () => {
  const { connection, prefix } = await createPrefix();
  const bare = prefix.slice(1, -1);
  const one = await startOn({ connection, prefix: bare }, { worker: false });
  const same = await startOn({ connection, prefix }, { worker: false });
  const other = await startOn({ connection, prefix: `x${prefix}` });

  const id = await one.scheduler.scheduleNow(new NoteJob('a'));
  await other.scheduler.scheduleNow(new NoteJob('b'));
  await until(() => ran.length > 0);

  expect(await same.scheduler.get(id)).toMatchObject({ id });
  expect(await other.scheduler.get(id)).toBeUndefined();
  expect(ran).toEqual(['b']);
  expect((await keysOf(one.client, prefix)).length).toBeGreaterThan(2);
});
