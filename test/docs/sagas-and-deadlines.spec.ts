import { Injectable, type Type } from '@nestjs/common';
import { CommandHandler, EventBus, type IEvent, Saga, UnhandledExceptionBus, ofType } from '@nestjs/cqrs';
import { CommandScheduler, ScheduleCommand } from 'nestjs-eventflow-jobs';
import { type Observable, map, mergeMap } from 'rxjs';
import { expect, it } from 'vitest';
import { startVirtual } from '../support/virtual.js';
import { until } from '../support/until.js';
import {
  BasketChangedEvent,
  BasketSaga,
  CancelUnpaidOrderCommand,
  CancelUnpaidOrderHandler,
  DunCustomerCommand,
  DunCustomerHandler,
  DunningFailed,
  ForgetBasketCommand,
  OrderPaidEvent,
  OrderPlacedEvent,
  PaymentSaga,
  RemindOfPaymentCommand,
  Shop,
  TellSupportCommand,
} from './sagas-and-deadlines.snippets.js';

@CommandHandler(RemindOfPaymentCommand)
class RemindOfPaymentHandler {
  constructor(private readonly shop: Shop) {}
  async execute({ orderId }: RemindOfPaymentCommand) {
    this.shop.log.push(`remind ${orderId}`);
  }
}
@CommandHandler(ForgetBasketCommand)
class ForgetBasketHandler {
  constructor(private readonly shop: Shop) {}
  async execute({ basketId }: ForgetBasketCommand) {
    this.shop.log.push(`forget ${basketId}`);
  }
}
@CommandHandler(TellSupportCommand)
class TellSupportHandler {
  constructor(private readonly shop: Shop) {}
  async execute({ text }: TellSupportCommand) {
    this.shop.log.push(text);
  }
}
class NobodysCommand {}
@Injectable()
class WrongSaga {
  @Saga()
  placed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      map(({ orderId }) => {
        const command = orderId === 'wrong' ? new NobodysCommand() : new RemindOfPaymentCommand(orderId);
        return new ScheduleCommand(command, '1m');
      }),
    );
}

@Injectable()
class CallingSaga {
  constructor(private readonly commands: CommandScheduler) {}
  @Saga()
  placed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      mergeMap(async ({ orderId }) => {
        await this.commands.schedule(
          orderId === 'wrong' ? new NobodysCommand() : new CancelUnpaidOrderCommand(orderId),
          '1m',
        );
        return new RemindOfPaymentCommand(orderId);
      }),
    );
}

async function start(...sagas: Type[]) {
  const app = await startVirtual(
    {},
    {
      providers: [
        ...sagas,
        ...[Shop, CancelUnpaidOrderHandler, DunCustomerHandler],
        ...[RemindOfPaymentHandler, ForgetBasketHandler, TellSupportHandler],
      ],
    },
  );
  const publish = (event: IEvent) => app.nest.get(EventBus).publish(event);
  const pending = (count: number) => until(() => app.scheduler.pending.length === count, `${count} pending`);
  return { ...app, publish, pending, shop: app.nest.get(Shop), commands: app.nest.get(CommandScheduler) };
}

it('an order is reminded of and then cancelled, unless it is paid', async () => {
  const { scheduler, shop, publish, pending } = await start(PaymentSaga);
  for (const id of ['unpaid', 'paid']) {
    shop.status.set(id, 'placed');
    publish(new OrderPlacedEvent(id));
  }
  await pending(4);
  await scheduler.advanceBy('19m');
  expect(shop.log).toEqual([]);
  await scheduler.advanceBy('1m');
  expect(shop.log.toSorted()).toEqual(['remind paid', 'remind unpaid']);

  shop.status.set('paid', 'paid');
  publish(new OrderPaidEvent('paid'));
  await pending(1);
  await scheduler.advanceBy('9m');
  expect([...shop.status.values()]).toEqual(['placed', 'paid']);
  await scheduler.advanceBy('1m');
  expect([...shop.status.values()]).toEqual(['cancelled', 'paid']);
});

it('a deadline that could not be lifted in time finds the order paid', async () => {
  const { scheduler, shop, commands } = await start();
  shop.status.set('42', 'paid');
  await commands.scheduleNow(new CancelUnpaidOrderCommand('42'));
  await scheduler.runDue();
  expect(shop.status.get('42')).toBe('paid');
});

it('a deadline is put off each time that something happens', async () => {
  const { scheduler, shop, publish } = await start(BasketSaga);
  const renew = async () => {
    const before = scheduler.pending[0]?.id;
    publish(new BasketChangedEvent('7'));
    await until(() => scheduler.pending.length === 1 && scheduler.pending[0]!.id !== before, 'the deadline');
  };
  await renew();
  await scheduler.advanceBy('119m');
  await renew();
  await scheduler.advanceBy('119m');
  expect(shop.log).toEqual([]);
  await scheduler.advanceBy('1m');
  expect(shop.log).toEqual(['forget 7']);
});

it('a handler sets the next step of a process, up to the last one', async () => {
  const { scheduler, shop, commands } = await start();
  shop.status.set('42', 'placed').set('43', 'placed');
  for (const id of ['42', '43']) await commands.scheduleNow(new DunCustomerCommand(id, 1));
  await scheduler.runDue();
  shop.status.set('43', 'paid');
  await scheduler.advanceBy('7 days');
  expect(shop.log).toEqual(['letter 1 for 42', 'letter 1 for 43', 'letter 2 for 42']);
  await scheduler.advanceBy('30 days');
  expect(shop.log.slice(3)).toEqual(['letter 3 for 42']);
});

it('a saga hears of what has failed for good', async () => {
  const { scheduler, shop, commands } = await start(DunningFailed);
  shop.status.get = () => {
    throw new Error('no database');
  };
  await commands.scheduleNow(new DunCustomerCommand('42', 1), { key: 'dun:42:1', attempts: 1 });
  await scheduler.runDue();
  await until(() => shop.log.length > 0, 'the support to be told');
  expect(shop.log).toEqual(['dun:42:1 after 1: no database']);
});

it('a command that cannot be scheduled does not end the saga which returned it', async () => {
  const { publish, pending } = await start(WrongSaga);
  publish(new OrderPlacedEvent('wrong'));
  publish(new OrderPlacedEvent('right'));
  await pending(1);
});

it('a saga that calls, and whose call fails, hears of no later event', async () => {
  const { nest, publish, pending, scheduler } = await start(CallingSaga, WrongSaga);
  const errors: unknown[] = [];
  nest.get(UnhandledExceptionBus).subscribe((error) => errors.push(error));
  publish(new OrderPlacedEvent('before'));
  await pending(2);
  publish(new OrderPlacedEvent('wrong'));
  await until(() => errors.length === 2, 'an error of each');
  publish(new OrderPlacedEvent('after'));
  await pending(3);
  expect(scheduler.pending.map(({ command, data }) => [command?.name, data])).toMatchObject([
    ['CancelUnpaidOrderCommand', {}],
    ['RemindOfPaymentCommand', {}],
    ['RemindOfPaymentCommand', { data: { orderId: 'after' } }],
  ]);
});
