import { describe, expect, it } from 'vitest';
import type { Duration } from 'nestjs-eventflow-jobs';
import { CancelUnpaidOrderCommand } from '../orders/commands/cancel-unpaid-order.command.js';
import { Order } from '../orders/order.js';
import { type OrderService, orderRequest, startOrderService } from './support/order-service.js';

/** Places an order as the app does, up to a last step that decides what becomes of it. */
function place(
  { unitOfWork, orders, commands }: OrderService,
  id: string,
  lastStep: () => Promise<void> = async () => {},
): Promise<void> {
  return unitOfWork.run(async (transaction) => {
    await orders.save(new Order(id, 'ada@example.com', []));
    await commands.schedule(new CancelUnpaidOrderCommand(id), '1 minute', { key: id, transaction });
    await lastStep();
  });
}

const outOfLuck = () => Promise.reject(new Error('out of luck'));

describe('A unit of work', () => {
  it('keeps an order and its deadline together', async () => {
    const service = await startOrderService();

    await place(service, 'a');

    expect(await service.statusOf('a')).toBe('placed');
    await service.entry({ key: 'a' }, 'scheduled');
  });

  it('keeps neither where it fails after both', async () => {
    const service = await startOrderService();

    await expect(place(service, 'a', outOfLuck)).rejects.toThrow('out of luck');

    expect(await service.orders.find('a')).toBeUndefined();
    expect(await service.scheduler.get({ key: 'a' })).toBeUndefined();
  });

  it('keeps neither of an order that is placed where the commit fails', async () => {
    const service = await startOrderService();
    await service.refuseCommits('The disk is full');

    expect(await service.http.post('/orders', orderRequest)).toMatchObject({ status: 500 });

    expect(await service.allOrders()).toEqual([]);
    expect((await service.scheduler.list()).entries).toEqual([]);
  });

  it('keeps no order for which no deadline can be set', async () => {
    const service = await startOrderService({ paymentTerm: 'soon' as Duration });

    expect(await service.http.post('/orders', orderRequest)).toMatchObject({ status: 500 });

    expect(await service.allOrders()).toEqual([]);
  });

  it('takes nothing along of those beside it when it fails', async () => {
    const service = await startOrderService();
    const untilTheOthersWait = () => new Promise<void>((resolve) => setImmediate(resolve));

    const outcomes = await Promise.allSettled([
      place(service, 'a', untilTheOthersWait),
      place(service, 'b', () => untilTheOthersWait().then(outOfLuck)),
      place(service, 'c', untilTheOthersWait),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    for (const id of ['a', 'c']) {
      expect(await service.statusOf(id)).toBe('placed');
      await service.entry({ key: id }, 'scheduled');
    }
    expect(await service.orders.find('b')).toBeUndefined();
    expect(await service.scheduler.get({ key: 'b' })).toBeUndefined();
  });

  it('lets one of the payment and the deadline win that come at the same moment', async () => {
    const service = await startOrderService();
    const { id } = await service.place();

    const [paid, deadline] = await Promise.all([
      service.http.post(`/orders/${id}/pay`),
      service.commands.scheduleNow(new CancelUnpaidOrderCommand(id)),
    ]);
    await service.entry(deadline, 'succeeded');

    expect(await service.statusOf(id)).toBe(paid.status === 200 ? 'paid' : 'cancelled');
    expect(service.cancellations.all).toHaveLength(paid.status === 200 ? 0 : 1);
  });
});
