// The code blocks of docs/testing.md: each region stands there word for word, and its tests run with testing.spec.ts.
import { Injectable, Module } from '@nestjs/common';
import { CommandHandler, CqrsModule, EventBus, type IEvent, Saga, ofType } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  EventFlowJobsModule,
  type Job,
  type JobContext,
  JobPolicy,
  JobScheduler,
  JobVersion,
  ScheduleCommand,
  inProcessScheduler,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { type Observable, map } from 'rxjs';
import { expect, it, onTestFinished, vi } from 'vitest';

@Injectable()
export class Mailer {
  readonly sent: string[] = [];
  broken = false;
  async send(customerId: string) {
    if (this.broken) throw new Error('The mail server is away.');
    this.sent.push(customerId);
  }
}

// #region job
@JobVersion('Reminder', 1)
@JobPolicy({ attempts: 3, backoff: { type: 'fixed', delay: '10 minutes' } })
export class ReminderJob implements Job {
  constructor(readonly customerId: string) {}

  async execute(context: JobContext) {
    await context.get(Mailer).send(this.customerId);
  }
}
// #endregion

export class CloseOrderCommand {
  constructor(readonly orderId: string) {}
}

@Injectable()
export class Orders {
  readonly closed: string[] = [];
}

@CommandHandler(CloseOrderCommand)
export class CloseOrderHandler {
  constructor(private readonly orders: Orders) {}
  async execute({ orderId }: CloseOrderCommand) {
    this.orders.closed.push(orderId);
  }
}

export class OrderPlacedEvent implements IEvent {
  constructor(readonly orderId: string) {}
}

@Injectable()
export class OrderSaga {
  @Saga()
  placed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      map(({ orderId }) => new ScheduleCommand(new CloseOrderCommand(orderId), '30m')),
    );
}

@Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({ jobs: [ReminderJob], scheduler: inProcessScheduler() }),
  ],
  providers: [Mailer, Orders, CloseOrderHandler, OrderSaga],
})
export class AppModule {}

// #region start
async function startApp() {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(JobScheduler)
    .useClass(TestJobScheduler)
    .compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  return { app, mailer: app.get(Mailer), scheduler: app.get<TestJobScheduler>(JobScheduler) };
}
// #endregion

// #region delay
it('reminds the customer after seven days, and not before', async () => {
  const { scheduler, mailer } = await startApp();
  await scheduler.schedule(new ReminderJob('42'), '7 days');

  await scheduler.advanceBy(7 * 86_400_000 - 1);
  expect(mailer.sent).toEqual([]);
  await scheduler.advanceBy(1);
  expect(mailer.sent).toEqual(['42']);
});
// #endregion

// #region moment
it('reminds the customer once, at the time that was asked for last', async () => {
  const scheduler = new TestJobScheduler({ now: new Date('2027-03-01T09:00:00Z') });
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(JobScheduler)
    .useValue(scheduler)
    .compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());

  const options = { key: 'reminder:42', onConflict: 'replace' } as const;
  await scheduler.schedule(new ReminderJob('42'), '1 day', options);
  await scheduler.schedule(new ReminderJob('42'), '7 days', options);
  expect(scheduler.pending).toMatchObject([
    { name: 'Reminder', data: { customerId: '42' }, runAt: new Date('2027-03-08T09:00:00Z') },
  ]);

  await scheduler.advanceTo(new Date('2027-03-08T08:59:59Z'));
  expect(app.get(Mailer).sent).toEqual([]);
  await scheduler.advanceTo(new Date('2027-03-08T09:00:00Z'));
  expect(app.get(Mailer).sent).toEqual(['42']);
});
// #endregion

// #region retry
it('tries again ten minutes after the mail server was away', async () => {
  const { scheduler, mailer } = await startApp();
  mailer.broken = true;
  await scheduler.scheduleNow(new ReminderJob('42'));
  expect(await scheduler.runDue()).toBe(1);
  expect(scheduler.pending).toMatchObject([{ attempt: 1, lastError: { name: 'Error' } }]);

  mailer.broken = false;
  await scheduler.advanceBy('9.9 minutes');
  expect(mailer.sent).toEqual([]);
  await scheduler.advanceBy('0.1 minutes');
  expect(mailer.sent).toEqual(['42']);
});
// #endregion

// #region recurring
it('reminds on weekdays', async () => {
  const { scheduler, mailer } = await startApp();
  const schedule = { cron: '0 9 * * MON-FRI', timeZone: 'UTC' };
  await scheduler.scheduleRecurring('weekdays', new ReminderJob('42'), schedule);

  await scheduler.advanceBy('2 weeks');
  expect(mailer.sent).toHaveLength(10);
});
// #endregion

// #region saga
it('closes the order 30 minutes after it was placed', async () => {
  const { app, scheduler } = await startApp();
  app.get(EventBus).publish(new OrderPlacedEvent('42'));
  await vi.waitFor(() => expect(scheduler.pending).toHaveLength(1));

  await scheduler.advanceBy('29 minutes');
  expect(app.get(Orders).closed).toEqual([]);
  await scheduler.advanceBy('1 minute');
  expect(app.get(Orders).closed).toEqual(['42']);
});
// #endregion

// #region alone
it('a job sends one reminder', async () => {
  const mailer = new Mailer();
  const context = { get: () => mailer } as unknown as JobContext;

  await new ReminderJob('42').execute(context);
  expect(mailer.sent).toEqual(['42']);
});

it('a handler closes the order', async () => {
  const orders = new Orders();

  await new CloseOrderHandler(orders).execute(new CloseOrderCommand('42'));
  expect(orders.closed).toEqual(['42']);
});
// #endregion

// #region instant
it('has sent the reminder when scheduling returns', async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(JobScheduler)
    .useValue(instantScheduler().create())
    .compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());

  await app.get(JobScheduler).schedule(new ReminderJob('42'), '7 days');
  expect(app.get(Mailer).sent).toEqual(['42']);
});
// #endregion
