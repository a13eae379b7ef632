import { describe, expect, it } from 'vitest';
import { startOrderService } from './support/order-service.js';

describe('A message', () => {
  it('is logged by its job, after the delay that the client gives', async () => {
    const service = await startOrderService();

    const { status, body } = await service.http.post<{ id: string; dueAt: string }>('/messages', {
      message: 'Hello',
      in: '200ms',
    });
    const logged = await service.messages.first((message) => message === 'Hello');

    expect(status).toBe(202);
    expect(logged.at).toBeGreaterThanOrEqual(Date.parse(body.dueAt));
    expect(await service.entry(body.id, 'succeeded')).toMatchObject({
      name: 'LogMessage',
      version: 1,
      attempt: 1,
    });
  });
});
