import type { INestApplication } from '@nestjs/common';
import { CommandHandler, EventBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { JobScheduler } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import {
  AppModule,
  CancelUnpaidOrderCommand,
  LogMessageJob,
  Mailer,
  MessageLog,
  OrderPaidEvent,
  OrderPlacedEvent,
  PaymentDeadline,
} from './readme.snippets.js';

describe('the code of README.md', () => {
  const cancelled: string[] = [];
  @CommandHandler(CancelUnpaidOrderCommand)
  class CancelUnpaidOrderHandler {
    async execute({ orderId }: CancelUnpaidOrderCommand) {
      cancelled.push(orderId);
    }
  }

  let app: INestApplication;
  const start = async () => {
    const module = await Test.createTestingModule({
      imports: [AppModule],
      providers: [PaymentDeadline, CancelUnpaidOrderHandler],
    })
      .overrideProvider(JobScheduler)
      .useClass(TestJobScheduler)
      .compile();
    app = await module.createNestApplication({ logger: false }).init();
    return app.get<TestJobScheduler>(JobScheduler);
  };
  afterEach(() => app.close());

  it('sends the e-mail after seven days, not before', async () => {
    const scheduler = await start();
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/customers/42/reminder`, { method: 'POST' });
    const { jobId } = (await response.json()) as { jobId: string };
    expect(await scheduler.get(jobId)).toMatchObject({
      state: 'scheduled',
      command: { name: 'SendEmailCommand' },
    });

    await scheduler.advanceBy(7 * 86_400_000 - 1);
    expect(app.get(Mailer).sent).toEqual([]);
    await scheduler.advanceBy(1);
    expect(app.get(Mailer).sent).toEqual(['42']);
  });

  it('logs the message', async () => {
    const scheduler = await start();
    await scheduler.scheduleNow(new LogMessageJob('hello'));
    await scheduler.runDue();
    expect(app.get(MessageLog).lines).toEqual(['hello']);
  });

  it('cancels the order that is not paid in time, and only that', async () => {
    const scheduler = await start();
    const events = app.get(EventBus);
    events.publish(new OrderPlacedEvent('paid'));
    events.publish(new OrderPlacedEvent('unpaid'));
    await until(() => scheduler.pending.length === 2, 'both deadlines');
    events.publish(new OrderPaidEvent('paid'));
    await until(() => scheduler.pending.length === 1, 'one deadline to be cancelled');

    await scheduler.advanceBy(30 * 60_000 - 1);
    expect(cancelled).toEqual([]);
    await scheduler.advanceBy(1);
    expect(cancelled).toEqual(['unpaid']);
  });
});
