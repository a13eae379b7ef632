import { CommandBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { JobScheduler } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { AppModule } from '../app.module.js';
import { DatabaseConfig } from '../database/database.config.js';
import { PayOrderCommand } from '../orders/commands/pay-order.command.js';
import { PlaceOrderCommand } from '../orders/commands/place-order.command.js';
import { OrderRepository } from '../orders/order.repository.js';
import { OrdersConfig } from '../orders/orders.config.js';

/** The app on a clock of the test's own: no server, no file, no waiting. */
async function startApp() {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(JobScheduler)
    .useClass(TestJobScheduler)
    .overrideProvider(DatabaseConfig)
    .useValue({ file: ':memory:' })
    .overrideProvider(OrdersConfig)
    .useValue({ paymentTerm: '30 minutes' })
    .compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  const scheduler = app.get<TestJobScheduler>(JobScheduler);
  const bus = app.get(CommandBus);
  const place = async () => (await bus.execute(new PlaceOrderCommand('ada@example.com', []))).id;
  const statusOf = async (id: string) => (await app.get(OrderRepository).get(id)).status;
  return { scheduler, bus, place, statusOf };
}

it('an unpaid order is cancelled after 30 minutes, not before', async () => {
  const { scheduler, place, statusOf } = await startApp();
  const id = await place();
  // The sagas schedule the reminder after the command has returned.
  await vi.waitFor(() =>
    expect(scheduler.pending).toMatchObject([
      { key: `payment-reminder:${id}`, command: { name: 'RemindOfPayment' } },
      { key: `payment-deadline:${id}`, command: { name: 'CancelUnpaidOrder' } },
    ]),
  );

  await scheduler.advanceBy('29 minutes');
  expect(await statusOf(id)).toBe('placed');
  await scheduler.advanceBy('1 minute');
  expect(await statusOf(id)).toBe('cancelled');
});

it('a paid order is never cancelled', async () => {
  const { scheduler, bus, place, statusOf } = await startApp();
  const id = await place();
  await vi.waitFor(() => expect(scheduler.pending).toHaveLength(2));
  await bus.execute(new PayOrderCommand(id));
  // The sagas cancel after the command has returned.
  await vi.waitFor(() => expect(scheduler.pending).toEqual([]));

  await scheduler.advanceBy('1 year');
  expect(await statusOf(id)).toBe('paid');
});
