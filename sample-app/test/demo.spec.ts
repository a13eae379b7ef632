import { afterEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { runDemo } from '../demo.js';
import { CancelUnpaidOrderCommand } from '../orders/commands/cancel-unpaid-order.command.js';
import { OrdersConfig } from '../orders/orders.config.js';
import { startOrderService } from './support/order-service.js';

describe('The demo', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it('shows a paid order, an unpaid one, and how each ends', async () => {
    const log = vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    const service = await startOrderService({ paymentTerm: '2s' });

    const paid = await runDemo(service.url, service.events);

    expect(await service.statusOf(paid.id)).toBe('paid');
    expect(service.cancellations.all).toHaveLength(1);
    expect(log.mock.calls.flat()).toEqual(
      expect.arrayContaining([
        'By now the order of ada@example.com is paid',
        'By now the order of bob@example.com is cancelled',
      ]),
    );
  });

  it('tells of its own orders, should one of its last start be cancelled meanwhile', async () => {
    const log = vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    const service = await startOrderService({ paymentTerm: '1s' });
    const old = await service.place();

    const demo = runDemo(service.url, service.events);
    await service.commands.scheduleNow(new CancelUnpaidOrderCommand(old.id));
    await demo;

    expect(service.cancellations.all).toHaveLength(2);
    expect(log.mock.calls.flat()).toContain('By now the order of bob@example.com is cancelled');
  });

  it('takes its payment term from the environment', () => {
    vi.stubEnv('PAYMENT_TERM', '2 minutes');

    expect(new OrdersConfig().paymentTerm).toBe('2 minutes');
  });

  it('does not start with a payment term that it cannot read', () => {
    vi.stubEnv('PAYMENT_TERM', 'soon');

    expect(() => new OrdersConfig()).toThrow(
      "PAYMENT_TERM is 'soon'. Invalid delay: expected text such as '10s'",
    );
  });
});
