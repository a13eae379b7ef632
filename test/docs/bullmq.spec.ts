import { BullModule } from '@nestjs/bullmq';
import { Logger, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { Queue } from 'bullmq';
import { Cluster } from 'ioredis';
import { EventFlowJobsModule, JobScheduler, PublishCommandJob } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../tools/servers/port.mjs';
import type { RedisServer } from '../../tools/servers/redis/server.mjs';
import { errorOf, startModules } from '../support/app.js';
import { keysOf, redisClient, startRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import * as byHand from './bullmq.nestjs-bullmq.snippets.js';
import {
  CancelUnpaidOrderCommand,
  CancelUnpaidOrderHandler,
  Mailer,
  OrderRepository,
  Orders,
  Reminders,
  SendReminderHandler,
  appModule,
  lookAt,
} from './bullmq.snippets.js';

const PREFIX = '{eventflow-jobs}';
/** The page shows the prefix that nobody chose, so each test has a server of its own. */
let server: RedisServer;
beforeEach(async () => {
  server = await startRedis();
});

class Inserts extends OrderRepository {
  readonly all: string[] = [];
  readonly cancelled: string[] = [];
  isFull = false;

  async insert(orderId: string) {
    if (this.isFull) throw new Error('The disk is full');
    this.all.push(orderId);
  }

  async cancelIfUnpaid(orderId: string) {
    if (this.all.includes(orderId)) this.cancelled.push(orderId);
  }
}

class Letters extends Mailer {
  readonly sent: string[] = [];
  async sendReminder(customerId: string) {
    this.sent.push(customerId);
  }
}

/** Each node has an equal part of the slots. */
async function startCluster(size: number): Promise<RedisServer[]> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' };
  // By default they talk to each other on ports that systems hand out by themselves.
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const nodes = await Promise.all(
    ports.map((port) => startRedis({ settings: { ...settings, 'cluster-port': port } })),
  );
  const clients = nodes.map(({ url }) => redisClient(url));
  const SLOTS = 16_384;
  for (const [index, client] of clients.entries()) {
    const [first, end] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / size));
    await client.call('CLUSTER', 'ADDSLOTSRANGE', first!, end! - 1);
    if (index > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', new URL(nodes[0]!.url).port, ports[0]!);
  }
  await until(async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
    return states.every(
      (state) => /cluster_state:ok\r\n[^]*cluster_size:(\d+)/.exec(String(state))?.[1] === `${size}`,
    );
  }, 'the cluster');
  return nodes;
}

describe('docs/bullmq.md', () => {
  it('keeps entries in Redis, below one prefix, on two connections of its own and one to listen', async () => {
    @Module({ imports: appModule(server.url) })
    class AppModule {}
    const client = redisClient(server.url);
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    expect(app.get(JobScheduler).capabilities.has('durable')).toBe(true);
    const clients = String(await client.client('LIST', 'TYPE', 'NORMAL'));
    const listeners = String(await client.client('LIST', 'TYPE', 'PUBSUB'));
    await app.close();

    expect(clients.trim().split('\n')).toHaveLength(2 + 1); // and this test's
    expect(listeners.trim().split('\n')).toHaveLength(1);
    const keys = await client.keys('*');
    expect(keys.filter((key) => !key.startsWith(`${PREFIX}:`))).toEqual([]);
  });

  it('schedules first, then saves: what is left of a failure does nothing', async () => {
    const repository = new Inserts();
    const { nest, scheduler } = await startModules(appModule(server.url), {
      providers: [Orders, CancelUnpaidOrderHandler, { provide: OrderRepository, useValue: repository }],
    });
    const orders = nest.get(Orders);
    await orders.place('1');
    repository.isFull = true;
    expect((await errorOf(() => orders.place('2'))).message).toBe('The disk is full');

    for (const id of ['1', '2']) {
      const key = `payment-deadline:${id}`;
      expect((await scheduler.get({ key }))?.state).toBe('scheduled');
      await scheduler.reschedule({ key }, 0);
      await until(async () => (await scheduler.get({ key }))?.state === 'succeeded', `deadline ${id}`);
    }
    expect(repository.cancelled).toEqual(['1']);
  });

  it('warns at start of a Redis that would lose entries', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const providers = [CancelUnpaidOrderHandler, { provide: OrderRepository, useClass: Inserts }];
    await startModules(appModule(server.url), { providers });
    expect(warn).not.toHaveBeenCalled();

    const careless = await startRedis({ settings: { appendonly: 'no', 'maxmemory-policy': 'allkeys-lru' } });
    await startModules(appModule(careless.url), { providers });
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining('no append-only file'),
      expect.stringContaining('evicts keys'),
    ]);
  });

  it('offers no transaction', async () => {
    const { scheduler } = await startModules(appModule(server.url), {
      providers: [CancelUnpaidOrderHandler, { provide: OrderRepository, useClass: Inserts }],
    });
    const job = PublishCommandJob.create(new CancelUnpaidOrderCommand('1'));
    const error = await errorOf(() => scheduler.schedule(job, '1m', { transaction: {} }));
    expect(error.name).toBe('UnsupportedOperationError');
  });

  it("can be looked at by BullMQ's own tools, to which its events stay silent", async () => {
    const { commands, scheduler } = await startModules(appModule(server.url), {
      providers: [CancelUnpaidOrderHandler, { provide: OrderRepository, useClass: Inserts }],
    });
    const done = await commands.scheduleNow(new CancelUnpaidOrderCommand('1'));
    await until(async () => (await scheduler.get(done))?.state === 'succeeded', 'the end');
    const waiting = await commands.schedule(new CancelUnpaidOrderCommand('2'), '1h');
    const cancelled = await commands.schedule(new CancelUnpaidOrderCommand('3'), '1h');
    await scheduler.cancel({ id: cancelled });

    const { counts, first } = await lookAt(server.url);
    expect(counts).toEqual({ delayed: 1, prioritized: 0, active: 0, completed: 1, failed: 0 });
    expect(first).toMatchObject({ id: waiting, name: 'CancelUnpaidOrderCommand' });
    expect(JSON.stringify(first!.data)).toContain('"orderId":"2"');
    const keys = await keysOf(redisClient(server.url), PREFIX);
    expect(keys).toContain(`${PREFIX}:default:${cancelled}`);
    expect(keys.filter((key) => key.endsWith(':events'))).toEqual([]);
  });

  it("heeds a queue that BullMQ's tools pause, and what they promote or remove", async () => {
    const { commands, scheduler } = await startModules(appModule(server.url), {
      providers: [CancelUnpaidOrderHandler, { provide: OrderRepository, useClass: Inserts }],
    });
    const queue = new Queue('default', { connection: { url: server.url }, prefix: PREFIX });
    onTestFinished(() => queue.close());
    const succeeded = async (id: string) => (await scheduler.get(id))?.state === 'succeeded';

    await queue.pause();
    const paused = await commands.scheduleNow(new CancelUnpaidOrderCommand('1'));
    expect((await scheduler.explain(paused)).text).toContain('paused');
    await queue.resume();
    await until(() => succeeded(paused), 'the one that was paused');

    const promoted = await commands.schedule(new CancelUnpaidOrderCommand('2'), '1h');
    await (await queue.getJob(promoted))!.promote();
    await until(() => succeeded(promoted), 'the one that was promoted');

    const removed = await commands.schedule(new CancelUnpaidOrderCommand('3'), '1h', { key: 'three' });
    await (await queue.getJob(removed))!.remove();
    expect(await scheduler.get(removed)).toBeUndefined();
    expect(await commands.schedule(new CancelUnpaidOrderCommand('3'), '1h', { key: 'three' })).not.toBe(
      removed,
    );
  });

  it('refuses to schedule when Redis is out of memory, and runs what is there', async () => {
    const { commands, scheduler } = await startModules(appModule(server.url), {
      providers: [CancelUnpaidOrderHandler, { provide: OrderRepository, useClass: Inserts }],
    });
    const client = redisClient(server.url);
    const before = await commands.schedule(new CancelUnpaidOrderCommand('1'), '300ms');
    await client.config('SET', 'maxmemory', '1');
    const error = await errorOf(() => commands.schedule(new CancelUnpaidOrderCommand('2'), '1h'));
    expect(error.name).toBe('SchedulerUnavailableError');
    await until(async () => (await scheduler.get(before))?.state === 'succeeded', 'the one from before');
  });

  it('needs no more of an account than its prefix, and `info`', async () => {
    const client = redisClient(server.url);
    await client.call(
      ...(['ACL', 'SETUSER', 'shop', 'on', '>secret', '~{eventflow-jobs}:*', '&{eventflow-jobs}:*'] as const),
      ...['+@all', '-@admin', '-@dangerous', '+info'],
    );
    const { commands, scheduler } = await startModules(
      appModule(server.url.replace('//', '//shop:secret@')),
      { providers: [CancelUnpaidOrderHandler, { provide: OrderRepository, useClass: Inserts }] },
    );
    const id = await commands.schedule(new CancelUnpaidOrderCommand('1'), '100ms', { key: 'one' });
    await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'the end');
    expect(await client.call('ACL', 'LOG')).toEqual([]);
  });

  it('reminds customers as @nestjs/bullmq does, which may have its queues beside', async () => {
    const letters = new Letters();
    const mailer = { provide: Mailer, useValue: letters };
    const { nest, scheduler } = await startModules(
      [
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRoot({ scheduler: bullMqScheduler({ connection: server.url }) }),
        BullModule.forRoot({ connection: { url: server.url } }),
        BullModule.registerQueue({ name: 'mail' }),
      ],
      { providers: [mailer, Reminders, SendReminderHandler, byHand.Reminders, byHand.MailProcessor] },
    );
    await nest.get(Reminders).remind('ada');
    await nest.get(Reminders).remind('ada');
    await nest.get(byHand.Reminders).remind('bob');
    await nest.get(byHand.Reminders).remind('bob');

    expect((await scheduler.list()).entries).toMatchObject([
      { key: 'reminder:ada', queue: 'mail', attempts: 5, command: { name: 'SendReminder', version: 1 } },
    ]);
    await scheduler.reschedule({ key: 'reminder:ada' }, 0);
    const queue = new Queue('mail', { connection: { url: server.url } });
    onTestFinished(() => queue.close());
    for (const job of await queue.getDelayed()) await job.promote();
    await until(() => letters.sent.length === 2, 'both letters');
    expect(letters.sent.toSorted()).toEqual(['ada', 'bob']);
  });

  it('runs on a cluster, where one prefix lies in one slot', async () => {
    const nodes = await startCluster(3);
    const cluster = new Cluster([nodes[0]!.url]);
    onTestFinished(() => cluster.disconnect());
    const { commands, scheduler } = await startModules(
      [
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRoot({ scheduler: bullMqScheduler({ connection: cluster }) }),
      ],
      { providers: [CancelUnpaidOrderHandler, { provide: OrderRepository, useClass: Inserts }] },
    );
    const id = await commands.schedule(new CancelUnpaidOrderCommand('1'), '100ms', { key: 'one' });
    await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'the end');
    const clients = nodes.map(({ url }) => redisClient(url));
    const keys = (await Promise.all(clients.map((client) => client.keys('*')))).filter(
      (ofNode) => ofNode.length > 0,
    );
    expect(keys).toHaveLength(1);
    const slots = await Promise.all(keys[0]!.map((key) => clients[0]!.cluster('KEYSLOT', key)));
    expect(new Set(slots).size).toBe(1);
  });
});
