import { Body, Controller, Inject, Injectable, Module, Post } from '@nestjs/common';
import { CommandHandler, CqrsModule, EventBus, Saga, ofType } from '@nestjs/cqrs';
import {
  CancelScheduledCommand,
  CommandScheduler,
  CommandVersion,
  EventFlowJobsModule,
  type Job,
  type JobContext,
  JobScheduler,
  JobVersion,
  PublishCommandJob,
  ScheduleCommand,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { type Observable, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { startApp, startModules } from '../support/app.js';
import { until } from '../support/until.js';

@Injectable()
class Outbox {
  readonly sent: { to: string; at: number }[] = [];
}

class SendEmailCommand {
  constructor(
    readonly to: string,
    readonly due: Date,
  ) {}
}

@CommandHandler(SendEmailCommand)
class SendEmailHandler {
  constructor(private readonly outbox: Outbox) {}
  async execute(command: SendEmailCommand) {
    if (!(command instanceof SendEmailCommand) || !(command.due instanceof Date))
      throw new Error('not as it was');
    this.outbox.sent.push({ to: command.to, at: Date.now() });
  }
}

@JobVersion('LogMessage', 1)
class LogMessageJob implements Job {
  constructor(readonly message: string) {}
  execute(context: JobContext) {
    context.get(MessageLog).lines.push(this.message);
  }
}

@Injectable()
class MessageLog {
  readonly lines: string[] = [];
}

@Controller('emails')
class EmailController {
  constructor(
    @Inject(JobScheduler) private readonly scheduler: JobScheduler,
    private readonly commands: CommandScheduler,
  ) {}

  @Post()
  async schedule(@Body() { to, delay }: { to: string; delay: number }) {
    const due = new Date(Date.now() + delay);
    return { id: await this.commands.schedule(new SendEmailCommand(to, due), due) };
  }

  @Post('by-job')
  async byJob(@Body() { to, delay }: { to: string; delay: number }) {
    const job = PublishCommandJob.create(new SendEmailCommand(to, new Date()));
    return { id: await this.scheduler.schedule(job, delay) };
  }
}

class OrderPlacedEvent {
  constructor(readonly orderId: string) {}
}
class OrderPaidEvent {
  constructor(readonly orderId: string) {}
}

@CommandVersion('CancelUnpaidOrder', 1)
class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}

@Injectable()
class Orders {
  readonly cancelled: string[] = [];
}

@CommandHandler(CancelUnpaidOrderCommand)
class CancelUnpaidOrderHandler {
  constructor(private readonly orders: Orders) {}
  async execute({ orderId }: CancelUnpaidOrderCommand) {
    this.orders.cancelled.push(orderId);
  }
}

@Injectable()
class OrderSagas {
  @Saga()
  deadline = (events$: Observable<object>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      map(
        ({ orderId }) =>
          new ScheduleCommand(new CancelUnpaidOrderCommand(orderId), 150, {
            key: `payment-deadline:${orderId}`,
          }),
      ),
    );

  @Saga()
  paid = (events$: Observable<object>) =>
    events$.pipe(
      ofType(OrderPaidEvent),
      map(({ orderId }) => new CancelScheduledCommand({ key: `payment-deadline:${orderId}` })),
    );
}

describe('a command scheduled from a controller', () => {
  const post = async (url: string, path: string, body: object) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { id: string };
  };

  it.each(['/emails', '/emails/by-job'])(
    'runs its handler at its time, not before (POST %s)',
    async (path) => {
      const { nest, scheduler } = await startApp(
        { scheduler: inProcessScheduler() },
        { controllers: [EmailController], providers: [SendEmailHandler, Outbox] },
      );
      await nest.listen(0, '127.0.0.1');
      const outbox = nest.get(Outbox);
      const began = Date.now();

      const { id } = await post(await nest.getUrl(), path, { to: 'ada@example.com', delay: 200 });

      expect(await scheduler.get(id)).toMatchObject({
        state: 'scheduled',
        name: 'PublishCommand',
        command: { name: 'SendEmailCommand', version: 1 },
      });
      expect(outbox.sent).toEqual([]);
      await until(() => outbox.sent.length, 'the e-mail');
      expect(outbox.sent[0]!.to).toBe('ada@example.com');
      expect(outbox.sent[0]!.at - began).toBeGreaterThanOrEqual(200);
      await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'the entry to end');
    },
  );
});

describe('a deadline scheduled by a saga', () => {
  const start = () =>
    startApp(
      { scheduler: inProcessScheduler() },
      { providers: [OrderSagas, CancelUnpaidOrderHandler, Orders] },
    );

  it('comes when nobody cancels it, and not before its time', async () => {
    const { nest, scheduler } = await start();
    const began = Date.now();
    nest.get(EventBus).publish(new OrderPlacedEvent('42'));

    const entry = await until(() => scheduler.get({ key: 'payment-deadline:42' }), 'the entry');
    expect(entry.runAt.getTime() - began).toBeGreaterThanOrEqual(150);
    expect(nest.get(Orders).cancelled).toEqual([]);
    await until(() => nest.get(Orders).cancelled.length, 'the deadline');
    expect(Date.now() - began).toBeGreaterThanOrEqual(150);
    expect(nest.get(Orders).cancelled).toEqual(['42']);
  });

  it('does not come when another saga cancels it by its key', async () => {
    const { nest, scheduler } = await start();
    nest.get(EventBus).publish(new OrderPlacedEvent('1'));
    nest.get(EventBus).publish(new OrderPlacedEvent('2'));
    await until(async () => (await scheduler.counts()).scheduled === 2, 'both deadlines');

    nest.get(EventBus).publish(new OrderPaidEvent('1'));

    await until(() => nest.get(Orders).cancelled.length, 'the deadline of the other order');
    expect(nest.get(Orders).cancelled).toEqual(['2']);
    expect((await scheduler.get({ key: 'payment-deadline:1' }))?.state).toBe('cancelled');
  });
});

describe('a job with its own execute', () => {
  it('finds the providers of the app through its context', async () => {
    const { nest, scheduler } = await startApp(
      { scheduler: inProcessScheduler(), jobs: [LogMessageJob] },
      { providers: [MessageLog] },
    );
    await scheduler.scheduleNow(new LogMessageJob('hello'));
    await until(() => nest.get(MessageLog).lines.length, 'the line');
    expect(nest.get(MessageLog).lines).toEqual(['hello']);
  });
});

describe('a feature module', () => {
  it('registers jobs of its own', async () => {
    @Module({ imports: [EventFlowJobsModule.forFeature({ jobs: [LogMessageJob] })], providers: [MessageLog] })
    class MessagesModule {}

    const { nest, scheduler } = await startModules([
      MessagesModule,
      EventFlowJobsModule.forRoot(),
      CqrsModule.forRoot(),
    ]);
    await scheduler.scheduleNow(new LogMessageJob('hello'));
    expect(nest.get(MessageLog).lines).toEqual(['hello']);
  });
});
