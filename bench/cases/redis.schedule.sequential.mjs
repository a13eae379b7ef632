import { SendReminder, schedulersOf } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { openQueue, startOurs, withRedis } from '../support/redis.mjs';

const WEEK = 7 * 24 * 3_600_000;

async function oneAfterTheOther(size, call) {
  for (let i = 0; i < size; i++) await call(i);
}

const ours = (size) =>
  withRedis(async (url, prefix) => {
    const app = await startOurs(url, prefix, false);
    const { commands } = schedulersOf(app);
    const rate = await rateOf(size, () =>
      oneAfterTheOther(size, (i) => commands.schedule(new SendReminder(i), WEEK)),
    );
    await app.close();
    return rate;
  });

const add = (size) =>
  withRedis(async (url, prefix) => {
    const queue = openQueue(url, prefix);
    await queue.waitUntilReady();
    const rate = await rateOf(size, () =>
      oneAfterTheOther(size, (i) => queue.add('reminder', new SendReminder(i), { delay: WEEK })),
    );
    await queue.end();
    return rate;
  });

export default {
  name: 'redis.schedule.sequential',
  engine: 'redis',
  unit: 'entries/s',
  sizes: { full: 5_000, quick: 1_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'await commands.schedule()', measure: ours },
  peers: [{ name: 'await BullMQ add()', measure: add }],
};
