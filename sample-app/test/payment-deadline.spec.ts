import { describe, expect, it } from 'vitest';
import { CancelUnpaidOrderCommand } from '../orders/commands/cancel-unpaid-order.command.js';
import { startOrderService } from './support/order-service.js';

describe('The payment deadline of an order', () => {
  it('cancels an unpaid order, not before it has passed', async () => {
    const service = await startOrderService({ paymentTerm: '500ms' });
    const before = Date.now();

    const order = await service.place();
    const deadline = await service.deadlineOf(order.id, 'scheduled');

    expect(order.status).toBe('placed');
    expect(deadline.command).toEqual({ name: 'CancelUnpaidOrder', version: 1 });
    expect(deadline.runAt.getTime()).toBeGreaterThanOrEqual(before + 500);
    const cancelled = await service.cancellations.first(({ orderId }) => orderId === order.id);
    expect(cancelled.at).toBeGreaterThanOrEqual(deadline.runAt.getTime());
    expect(await service.statusOf(order.id)).toBe('cancelled');
    await service.deadlineOf(order.id, 'succeeded');
  });

  it('is called off by the payment: a paid order stays paid past it', async () => {
    const service = await startOrderService({ paymentTerm: '2s' });
    const paid = await service.place();
    await service.deadlineOf(paid.id, 'scheduled');

    expect(await service.pay(paid.id)).toMatchObject({ id: paid.id, status: 'paid' });
    const deadline = await service.deadlineOf(paid.id, 'cancelled');
    // The deadline of an order that was placed later passes later.
    const unpaid = await service.place();
    const cancelled = await service.cancellations.first(({ orderId }) => orderId === unpaid.id);

    expect(cancelled.at).toBeGreaterThan(deadline.runAt.getTime());
    expect(service.cancellations.all.map(({ what }) => what.orderId)).toEqual([unpaid.id]);
    expect(await service.statusOf(paid.id)).toBe('paid');
    expect(await service.deadlineOf(paid.id, 'cancelled')).toMatchObject({ attempt: 0 });
  });

  it('leaves a paid order alone, should it pass all the same', async () => {
    const service = await startOrderService();
    const order = await service.place();
    await service.pay(order.id);

    const id = await service.commands.scheduleNow(new CancelUnpaidOrderCommand(order.id));
    await service.entry(id, 'succeeded');

    expect(await service.statusOf(order.id)).toBe('paid');
    expect(service.cancellations.all).toEqual([]);
  });

  it('cancels an order once, should it pass twice', async () => {
    const service = await startOrderService();
    const order = await service.place();

    for (let times = 0; times < 2; times++) {
      const id = await service.commands.scheduleNow(new CancelUnpaidOrderCommand(order.id));
      await service.entry(id, 'succeeded');
    }

    expect(await service.statusOf(order.id)).toBe('cancelled');
    expect(service.cancellations.all).toHaveLength(1);
  });
});
