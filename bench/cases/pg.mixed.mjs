import { CommandBus } from '@nestjs/cqrs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendReminder, handled, schedulersOf, startApp } from '../support/app.mjs';
import { startOurs, startPgBoss, withDatabase } from '../support/postgres.mjs';

const CONCURRENCY = 100;
/** One in so many takes long; all others are counted. */
const SLOW = 100;
const SLOW_MS = 2_000;

const revive = (data) => Object.assign(Object.create(SendReminder.prototype), data);
const isSlow = ({ number }) => number % SLOW === 0;

/** How many quick ones a second, until the last of them. */
async function rateOfQuick(size, start) {
  let left = size - Math.ceil(size / SLOW);
  let firstAt;
  const done = new Promise((resolve) => {
    handled.onCommand = async (command) => {
      firstAt ??= performance.now();
      if (isSlow(command)) await sleep(SLOW_MS);
      else if (--left === 0) resolve();
    };
  });
  const stop = await start();
  await done;
  const seconds = (performance.now() - firstAt) / 1000;
  await stop();
  return { '': (size - Math.ceil(size / SLOW)) / seconds };
}

const ours = (size) =>
  withDatabase(async (url) => {
    const producer = await startOurs(url, false);
    const { commands } = schedulersOf(producer);
    await Promise.all(Array.from({ length: size }, (_, i) => commands.schedule(new SendReminder(i), 0)));
    const rate = await rateOfQuick(size, async () => {
      const app = await startOurs(url, { concurrency: CONCURRENCY });
      return () => app.close();
    });
    await producer.close();
    return rate;
  });

/** As many at once as ours has slots; a batch waits for its slowest. */
const pgBoss = (size) =>
  withDatabase(async (url) => {
    const boss = await startPgBoss(url);
    const jobs = Array.from({ length: size }, (_, i) => ({ data: new SendReminder(i) }));
    for (let i = 0; i < size; i += 1_000) await boss.insert('reminders', jobs.slice(i, i + 1_000));
    const app = await startApp();
    const bus = app.get(CommandBus);
    const options = {
      batchSize: CONCURRENCY / 2,
      localConcurrency: 2,
      perJobResults: true,
      burstWhenBatchFull: true,
      pollingIntervalSeconds: 0.5,
    };
    const rate = await rateOfQuick(size, async () => {
      await boss.work('reminders', options, (batch) =>
        Promise.all(
          batch.map(async ({ id, data }) => {
            await bus.execute(revive(data));
            return { id, status: 'completed' };
          }),
        ),
      );
      return () => boss.stop({ graceful: false });
    });
    await app.close();
    return rate;
  });

export default {
  name: 'pg.mixed',
  engine: 'pg',
  unit: 'quick commands/s beside slow ones',
  sizes: { full: 5_000, quick: 1_000 },
  rounds: { full: 3, quick: 1 },
  ours: { name: `concurrency ${CONCURRENCY}`, measure: ours },
  peers: [{ name: `pg-boss work() of ${CONCURRENCY / 2} by 2`, measure: pgBoss }],
};
