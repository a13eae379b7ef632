import { describe, expect, it } from 'vitest';
import { startOrderService } from './support/order-service.js';

describe('Whoever runs the order service', () => {
  it('asks whether all is well', async () => {
    const { url } = await startOrderService({ paymentTerm: '1h' });

    const response = await fetch(`${url}/health`);

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ details: { jobs: { status: 'up' } } });
  });

  it('sees the deadline of an order on the dashboard, and why it has not run', async () => {
    const service = await startOrderService({ paymentTerm: '1h' });
    const order = await service.place();
    const ask = async (path: string) =>
      (await fetch(`${service.url}/jobs/api/${path}`)).json() as Promise<Answer>;

    const { entries } = await ask(`entries?key=payment-deadline:${order.id}`);

    expect(entries).toMatchObject([{ command: { name: 'CancelUnpaidOrder' }, state: 'scheduled' }]);
    const { entry, explanation } = await ask(`entries/${entries[0]!.id}`);
    expect(entry.data).toMatchObject({ data: { orderId: order.id } });
    expect(explanation.reason).toBe('not-due');
  });
});

interface Answer {
  readonly entries: { readonly id: string }[];
  readonly entry: { readonly data: unknown };
  readonly explanation: { readonly reason: string };
}
