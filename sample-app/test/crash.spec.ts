import { expect, it, vi } from 'vitest';
import type { OrderView } from '../orders/order.view.js';
import { useCompiledApp } from '../../test/support/compiled.js';
import { OrderProcess } from './support/order-process.js';
import { orderRequest } from './support/order-service.js';
import { newStorage } from './support/storage.js';

const TERM_MS = 4_000;
const SOON_MS = 2_000;

const app = useCompiledApp();

it('an order that was placed just before kill -9 is cancelled at its deadline, after the next start', async () => {
  const storage = await newStorage();
  const start = () => OrderProcess.start(app.main, storage, `${TERM_MS}ms`);

  const first = await start();
  const before = Date.now();
  const { body: placed } = await first.http.post<OrderView>('/orders', orderRequest);
  const latestDeadline = Date.now() + TERM_MS;
  await first.kill();

  const second = await start();
  const started = Date.now();
  await vi.waitFor(
    async () => {
      const { body } = await second.http.get<OrderView>(`/orders/${placed.id}`);
      expect(body).toEqual({ ...placed, status: 'cancelled' });
    },
    { timeout: 15_000, interval: 20 },
  );
  const cancelled = Date.now();

  expect(cancelled).toBeGreaterThanOrEqual(before + TERM_MS);
  expect(cancelled - Math.max(latestDeadline, started)).toBeLessThan(SOON_MS);
}, 60_000);
