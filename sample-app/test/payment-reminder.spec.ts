import { describe, expect, it } from 'vitest';
import { startOrderService } from './support/order-service.js';

describe('The reminder of a payment', () => {
  it('is mailed when half of the time has passed, not before', async () => {
    const service = await startOrderService({ paymentTerm: '1s' });
    const before = Date.now();
    const order = await service.place();
    const mail = await service.mails.first(({ text }) => text.includes('Half of the time'));
    expect(mail.what.text).toContain(order.id);
    expect(mail.at).toBeGreaterThanOrEqual(before + 500);
    expect(await service.statusOf(order.id)).toBe('placed');
  });

  it('is not mailed for an order that was paid', async () => {
    const service = await startOrderService({ paymentTerm: '400ms' });
    const paid = await service.place();
    await service.pay(paid.id);
    // The reminder of an order that was placed later is due later.
    const unpaid = await service.place();
    await service.mails.first(({ text }) => text.includes(unpaid.id));
    expect(service.mails.all.filter(({ what }) => what.text.includes(paid.id))).toEqual([]);
  });
});
