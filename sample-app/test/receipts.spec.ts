import { describe, expect, it } from 'vitest';
import { type OrderService, startOrderService } from './support/order-service.js';

describe('A receipt', () => {
  it('is sent after the delay that the client gives', async () => {
    const service = await startOrderService();
    const { id: orderId } = await service.place();
    await service.pay(orderId);
    const before = Date.now();

    const { id, dueAt } = await schedule(service, orderId, { in: '300ms' });

    expect(dueAt).toBeGreaterThanOrEqual(before + 300);
    await expectSentOnceDue(service, orderId, dueAt);
    await service.entry(id, 'succeeded');
  });

  it('is sent at the time that the client gives', async () => {
    const service = await startOrderService();
    const { id: orderId } = await service.place();
    await service.pay(orderId);
    const at = new Date(Date.now() + 500);

    const { id, dueAt } = await schedule(service, orderId, { at: at.toISOString() });

    expect(dueAt).toBe(at.getTime());
    await expectSentOnceDue(service, orderId, dueAt);
    await service.entry(id, 'succeeded');
  });

  it('is refused for an order that is not paid', async () => {
    const service = await startOrderService();
    const { id } = await service.place();

    expect(await service.http.post(`/orders/${id}/receipt`, { in: '1s' })).toMatchObject({
      status: 409,
      body: { message: `Order ${id} gets no receipt: it is not paid` },
    });
  });
});

async function schedule(service: OrderService, orderId: string, when: { in: string } | { at: string }) {
  const { status, body } = await service.http.post<{ id: string; dueAt: string }>(
    `/orders/${orderId}/receipt`,
    when,
  );
  expect(status).toBe(202);
  return { id: body.id, dueAt: Date.parse(body.dueAt) };
}

async function expectSentOnceDue(service: OrderService, orderId: string, dueAt: number): Promise<void> {
  const sent = await service.mails.first(({ text }) => text.includes(orderId));
  expect(sent.at).toBeGreaterThanOrEqual(dueAt);
  expect(sent.what).toEqual({
    to: 'ada@example.com',
    text: `We received 25.00 EUR for your order ${orderId}. Thank you!`,
  });
  expect(service.mails.all).toHaveLength(1);
}
