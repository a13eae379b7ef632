import { describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../test/support/redis.js';
import { orderRequest, startOrderService } from './support/order-service.js';
import { outOfLuck, place } from './support/place.js';
import { newStorage } from './support/storage.js';

describe.each(['file', 'postgres'] as const)(
  'An order in one store (%s), its deadline in another:',
  (kind) => {
    const startService = async () => startOrderService({ storage: await newStorage(kind) });

    it('where the commit is refused, a deadline is left that finds nothing, and no order', async () => {
      const service = await startService();
      await service.refuseCommits();

      expect(await service.http.post('/orders', orderRequest)).toMatchObject({ status: 500 });

      expect(await service.allOrders()).toEqual([]);
      const { entries } = await service.scheduler.list();
      expect(entries).toMatchObject([{ state: 'scheduled', command: { name: 'CancelUnpaidOrder' } }]);
      await service.scheduler.reschedule({ id: entries[0]!.id }, 0);
      expect(await service.entry(entries[0]!.id, 'succeeded')).toMatchObject({ attempt: 1 });
      expect(service.cancellations.all).toEqual([]);
    });

    it('a unit of work that fails takes nothing along of those beside it', async () => {
      const service = await startService();
      const untilTheOthersWait = () => new Promise<void>((resolve) => setImmediate(resolve));

      const outcomes = await Promise.allSettled([
        place(service, 'a', untilTheOthersWait),
        place(service, 'b', () => untilTheOthersWait().then(outOfLuck)),
        place(service, 'c', untilTheOthersWait),
      ]);

      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      for (const id of ['a', 'c']) {
        expect(await service.statusOf(id)).toBe('placed');
        await service.deadlineOf(id, 'scheduled');
      }
      expect(await service.orders.find('b')).toBeUndefined();
    });

    it('a deadline that passes before its order is committed waits for that, and cancels it', async () => {
      const service = await startService();

      await place(
        service,
        'a',
        async () => {
          await service.deadlineOf('a', 'running');
          await vi.waitFor(async () => expect(await service.someoneWaits()).toBe(true));
        },
        '0s',
      );

      await service.deadlineOf('a', 'succeeded');
      expect(await service.statusOf('a')).toBe('cancelled');
    });
  },
);

it('no order is left that came while Redis was away', async () => {
  const server = await startRedis();
  const storage = { ...(await newStorage()), redis: { url: server.url, prefix: 'away' } };
  const service = await startOrderService({ storage });
  await server.stop();

  expect(await service.http.post('/orders', orderRequest)).toMatchObject({ status: 500 });

  expect(await service.allOrders()).toEqual([]);
  await server.start();
  await vi.waitFor(() => service.place(), { timeout: 10_000 });
  expect(await service.allOrders()).toHaveLength(1);
});
