import { Queue } from 'bullmq';
import { getQueueToken } from '@nestjs/bullmq';
import { Test } from '@nestjs/testing';
import { expect, it, onTestFinished } from 'vitest';
import { startModules } from '../support/app.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import * as before from './coming-from-nestjs-bullmq.before.snippets.js';
import {
  Letters,
  SendDigestHandler,
  SendLetterHandler,
  Shop,
  modules,
} from './coming-from-nestjs-bullmq.snippets.js';

const ORDERED = new Date('2027-03-01T09:00:00Z');

it('@nestjs/bullmq: a letter waits once, can be taken back, and the digest comes', async () => {
  const { url } = await startRedis();
  const module = await Test.createTestingModule({
    imports: before.modules(url),
    providers: [Shop, before.MailProcessor, before.Digest, before.Letters],
  }).compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  const [letters, shop] = [app.get(before.Letters), app.get(Shop)];
  const queue = app.get<Queue>(getQueueToken('mail'));

  for (const id of ['ada', 'ada', 'bob', 'nobody']) await letters.later(id, ORDERED);
  await letters.never('bob');
  const waiting = await queue.getDelayed();
  expect(waiting.map(({ name }) => name).toSorted()).toEqual(['digest', 'letter', 'letter']);
  for (const job of waiting) await job.promote();
  await until(async () => (await queue.getFailedCount()) === 1 && shop.sent.length === 2, 'the ends');
  expect(shop.sent.toSorted()).toEqual(['ada@example.com of 2027', 'digest']);
  expect((await queue.getFailed())[0]).toMatchObject({ failedReason: 'There is no customer nobody' });
}, 60_000);

it('here: the same', async () => {
  const { url } = await startRedis();
  const { nest, scheduler } = await startModules(modules(url), {
    providers: [Shop, Letters, SendLetterHandler, SendDigestHandler],
  });
  const [letters, shop] = [nest.get(Letters), nest.get(Shop)];

  for (const id of ['ada', 'ada', 'bob', 'nobody']) await letters.later(id, ORDERED);
  await letters.never('bob');
  const { entries } = await scheduler.list({ state: 'scheduled', queue: 'mail' });
  expect(entries.map(({ key }) => key)).toEqual(['letter:ada', 'letter:nobody']);
  for (const { id } of entries) await scheduler.reschedule(id, 0);
  await scheduler.triggerRecurring('digest');
  await until(async () => (await scheduler.counts()).failed === 1 && shop.sent.length === 2, 'the ends');
  expect(shop.sent.toSorted()).toEqual(['ada@example.com of 2027', 'digest']);
  const failed = await scheduler.list({ state: 'failed' });
  expect(failed.entries).toMatchObject([
    { attempt: 1, lastError: { message: 'There is no customer nobody' } },
  ]);
}, 60_000);
