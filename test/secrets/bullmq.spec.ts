import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../tools/servers/port.mjs';
import { type Output, captureOutput } from '../hostile/support/output.js';
import { startApp } from '../support/app.js';
import { createPrefix, redisClient, startRedis } from '../support/redis.js';
import { SecretJob } from './support/jobs.js';
import { SECRETS, cleanErrorOf, expectNoSecret } from './support/planted.js';

let output: Output;
beforeEach(() => {
  output = captureOutput();
});
afterEach(() => {
  const text = output.text();
  output.release();
  expectNoSecret(text);
});

const start = (connection: string, prefix?: string) =>
  startApp({
    jobs: [SecretJob],
    scheduler: bullMqScheduler({ connection, ...(prefix && { prefix }) }),
    operationTimeout: '1s',
  });
const urlOf = (url: string) =>
  Object.assign(new URL(url), { username: 'default', password: SECRETS.password }).href;

it('a server that is not there', async () => {
  const url = urlOf(`redis://127.0.0.1:${await freePort()}`);
  expect((await cleanErrorOf(() => start(url))).message).toMatch(/Redis cannot be reached/);
});

it.each([
  `redis://guest:${SECRETS.password}@127.0.0.1:port`,
  `redis://guest:${SECRETS.password}@[/x`,
  `guest:${SECRETS.password}@[`,
  `//guest:${SECRETS.password}@127.0.0.1:port`,
])('a connection string that is none: %#', async (url) => {
  expect((await cleanErrorOf(() => start(url))).message).toMatch(/no URL/);
});

it('a wrong password', async () => {
  const server = await startRedis();
  await redisClient(server.url).config('SET', 'requirepass', 'another');
  await cleanErrorOf(() => start(urlOf(server.url)));
});

it('an entry that the server refuses: the arguments of the call are on no error', async () => {
  const { connection, prefix } = await createPrefix();
  const { scheduler } = await start(connection, prefix);
  const client = redisClient(connection);
  await client.del(`${prefix}:@keys`);
  await client.set(`${prefix}:@keys`, 'something else');
  const options = { key: 'k', metadata: { a: SECRETS.metadata } };
  for (const call of [
    () => scheduler.scheduleNow(new SecretJob('well'), options),
    () => scheduler.scheduleMany([{ job: new SecretJob('well'), ...options }]),
  ])
    expect((await cleanErrorOf(call)).message).toMatch(/WRONGTYPE/);
});
