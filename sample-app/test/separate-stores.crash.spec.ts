import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import type { OrderView } from '../orders/order.view.js';
import { useCompiledApp } from '../../test/support/compiled.js';
import { OrderProcess } from './support/order-process.js';
import { orderRequest } from './support/order-service.js';
import { newStorage } from './support/storage.js';

const AT_ONCE = 20;
const ROUNDS = 5;

const app = useCompiledApp();

it('whenever kill -9 comes, every order that is there has a deadline, and is cancelled by it', async () => {
  const storage = await newStorage('file');
  const start = () => OrderProcess.start(app.main, storage, '100ms');
  const acknowledged: string[] = [];

  for (let round = 1; round <= ROUNDS; round++) {
    const process = await start();
    const before = acknowledged.length;
    const place = async () => {
      const { body } = await process.http.post<OrderView>('/orders', orderRequest);
      acknowledged.push(body.id);
    };
    const answers = Promise.allSettled(Array.from({ length: AT_ONCE }, place));
    // The others are on their way.
    await vi.waitUntil(() => acknowledged.length >= before + round, { interval: 1, timeout: 10_000 });
    await process.kill();
    await answers;
    expect(acknowledged.length).toBeLessThan(before + AT_ONCE);
  }

  await start();
  const database = new DatabaseSync(storage.config.file, { readOnly: true });
  const orders = () => database.prepare('SELECT id, status FROM orders').all();
  await vi.waitFor(() => expect(orders().filter(({ status }) => status !== 'cancelled')).toEqual([]), {
    timeout: 30_000,
    interval: 50,
  });
  expect(orders().map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
  database.close();
}, 120_000);
