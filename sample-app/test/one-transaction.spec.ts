import { describe, expect, it } from 'vitest';
import { paymentDeadlineKey } from '../orders/payment-deadline.key.js';
import { orderRequest, startOrderService } from './support/order-service.js';
import { outOfLuck, place } from './support/place.js';

describe('A unit of work, where orders and deadlines share a transaction,', () => {
  it('keeps neither where it fails after both', async () => {
    const service = await startOrderService();

    await expect(place(service, 'a', outOfLuck)).rejects.toThrow('out of luck');

    expect(await service.orders.find('a')).toBeUndefined();
    expect(await service.scheduler.get({ key: paymentDeadlineKey('a') })).toBeUndefined();
  });

  it('keeps neither of an order that is placed where the commit fails', async () => {
    const service = await startOrderService();
    await service.refuseCommits();

    expect(await service.http.post('/orders', orderRequest)).toMatchObject({ status: 500 });

    expect(await service.allOrders()).toEqual([]);
    expect((await service.scheduler.list()).entries).toEqual([]);
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
      await service.deadlineOf(id, 'scheduled');
    }
    expect(await service.orders.find('b')).toBeUndefined();
    expect(await service.scheduler.get({ key: paymentDeadlineKey('b') })).toBeUndefined();
  });
});
