import { describe, expect, it } from 'vitest';
import { CancelUnpaidOrderCommand } from '../orders/commands/cancel-unpaid-order.command.js';
import { startOrderService } from './support/order-service.js';

describe('An order', () => {
  it('is shown as it was placed', async () => {
    const service = await startOrderService();

    const placed = await service.place();

    expect(placed).toEqual({
      id: expect.any(String),
      customerEmail: 'ada@example.com',
      items: [{ sku: 'book', quantity: 2, price: '12.50 EUR' }],
      total: '25.00 EUR',
      status: 'placed',
    });
    expect(await service.http.get(`/orders/${placed.id}`)).toEqual({ status: 200, body: placed });
  });

  it('that is paid twice is paid', async () => {
    const service = await startOrderService();
    const { id } = await service.place();

    await service.pay(id);

    expect(await service.pay(id)).toMatchObject({ id, status: 'paid' });
  });

  it('that is cancelled cannot be paid any more', async () => {
    const service = await startOrderService();
    const { id } = await service.place();
    await service.commands.scheduleNow(new CancelUnpaidOrderCommand(id));
    await service.cancellations.first(({ orderId }) => orderId === id);

    expect(await service.http.post(`/orders/${id}/pay`)).toMatchObject({
      status: 409,
      body: { message: `Order ${id} cannot be paid: it is cancelled` },
    });
    expect(await service.statusOf(id)).toBe('cancelled');
  });

  it('that does not exist is a 404 wherever it is named', async () => {
    const { http } = await startOrderService();
    const notFound = { status: 404, body: { message: 'There is no order nobody' } };

    expect(await http.get('/orders/nobody')).toMatchObject(notFound);
    expect(await http.post('/orders/nobody/pay')).toMatchObject(notFound);
    expect(await http.post('/orders/nobody/receipt', { in: '1s' })).toMatchObject(notFound);
  });
});
