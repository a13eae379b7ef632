import { describe, expect, it } from 'vitest';
import type { Duration } from 'nestjs-eventflow-jobs';
import { CancelUnpaidOrderCommand } from '../orders/commands/cancel-unpaid-order.command.js';
import { orderRequest, startOrderService } from './support/order-service.js';
import { place } from './support/place.js';

describe('A unit of work', () => {
  it('keeps an order and its deadline together', async () => {
    const service = await startOrderService();

    await place(service, 'a');

    expect(await service.statusOf('a')).toBe('placed');
    await service.deadlineOf('a', 'scheduled');
  });

  it('keeps no order for which no deadline can be set', async () => {
    const service = await startOrderService({ paymentTerm: 'soon' as Duration });

    expect(await service.http.post('/orders', orderRequest)).toMatchObject({ status: 500 });

    expect(await service.allOrders()).toEqual([]);
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
