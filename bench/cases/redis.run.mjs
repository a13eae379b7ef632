import { SendReminder, allHandled, handled, schedulersOf } from '../support/app.mjs';
import { startNestBullMq } from '../support/nest-bullmq.mjs';
import { openQueue, startOurs, withRedis } from '../support/redis.mjs';

const CONCURRENCY = 100;
const AT_ONCE = 1_000;

/** Kept by each side, of what has ended. */
const KEPT = { removeOnComplete: { count: 10_000 }, removeOnFail: { count: 10_000 } };

/** From the first that the handler gets to the last that is written down. */
async function ratesOf(size, start, isDone) {
  const done = allHandled(size);
  const stop = await start();
  const began = await done;
  while (!(await isDone())) await new Promise((resolve) => setImmediate(resolve));
  const seconds = (performance.now() - began) / 1000;
  await stop();
  if (handled.count !== size) throw new Error(`${handled.count} of ${size} were run`);
  return { '': size / seconds };
}

const ours = (size) =>
  withRedis(async (url, prefix) => {
    const producer = await startOurs(url, prefix, false);
    const { commands, scheduler } = schedulersOf(producer);
    await Promise.all(Array.from({ length: size }, (_, i) => commands.schedule(new SendReminder(i), 0)));
    const rates = await ratesOf(
      size,
      async () => {
        const app = await startOurs(url, prefix, { concurrency: CONCURRENCY });
        return () => app.close();
      },
      async () => {
        const { scheduled, running } = await scheduler.counts();
        return scheduled + running === 0;
      },
    );
    await producer.close();
    return rates;
  });

const nestBullMq = (size) =>
  withRedis(async (url, prefix) => {
    const queue = openQueue(url, prefix);
    for (let i = 0; i < size; i += AT_ONCE) {
      const count = Math.min(AT_ONCE, size - i);
      await queue.addBulk(
        Array.from({ length: count }, (_, j) => ({
          name: 'reminder',
          data: new SendReminder(i + j),
          opts: KEPT,
        })),
      );
    }
    const rates = await ratesOf(
      size,
      () => startNestBullMq(url, prefix, CONCURRENCY),
      async () => {
        const { wait, active } = await queue.getJobCounts('wait', 'active');
        return wait + active === 0;
      },
    );
    await queue.end();
    return rates;
  });

export default {
  name: 'redis.run',
  engine: 'redis',
  unit: 'commands/s',
  sizes: { full: 30_000, quick: 10_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: `concurrency ${CONCURRENCY}`, measure: ours },
  peers: [{ name: `@nestjs/bullmq processor, concurrency ${CONCURRENCY}`, measure: nestBullMq }],
};
