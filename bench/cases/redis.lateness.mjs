import { CommandBus } from '@nestjs/cqrs';
import { Worker } from 'bullmq';
import { SendReminder, handled, schedulersOf, startApp } from '../support/app.mjs';
import { spreadOver } from '../support/lateness.mjs';
import { connectionTo, openQueue, startOurs, withRedis } from '../support/redis.mjs';

const SPAN = 20_000;
const CONCURRENCY = 50;

/** Scheduled by another app than the one that runs them. */
const ours = (size) =>
  withRedis(async (url, prefix) => {
    const worker = await startOurs(url, prefix, { concurrency: CONCURRENCY });
    const producer = await startOurs(url, prefix, false);
    const { commands } = schedulersOf(producer);
    const figures = await spreadOver(SPAN, size, handled, (number, dueAt) =>
      commands.schedule(new SendReminder(number), new Date(dueAt)),
    );
    await producer.close();
    await worker.close();
    return figures;
  });

const bullMq = (size) =>
  withRedis(async (url, prefix) => {
    const queue = openQueue(url, prefix);
    const app = await startApp();
    const bus = app.get(CommandBus);
    const connection = connectionTo(url);
    const worker = new Worker(
      'reminders',
      ({ data }) => bus.execute(Object.assign(Object.create(SendReminder.prototype), data)),
      { connection, prefix, concurrency: CONCURRENCY },
    );
    await worker.waitUntilReady();
    const figures = await spreadOver(SPAN, size, handled, (number, dueAt) =>
      // Rounded up: its delay is a whole number of milliseconds, and a shorter one would be early.
      queue.add('reminder', new SendReminder(number), { delay: Math.ceil(dueAt - Date.now()) }),
    );
    await worker.close();
    await connection.quit();
    await queue.end();
    await app.close();
    return figures;
  });

export default {
  name: 'redis.lateness',
  engine: 'redis',
  unit: 'ms',
  sizes: { full: 1_000, quick: 300 },
  rounds: { full: 2, quick: 1 },
  ours: { name: 'ours', measure: ours },
  peers: [{ name: 'BullMQ', measure: bullMq }],
};
