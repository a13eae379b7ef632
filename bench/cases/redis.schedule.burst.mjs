import { SendReminder, schedulersOf } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { openQueue, startOurs, withRedis } from '../support/redis.mjs';

const WEEK = 7 * 24 * 3_600_000;

const each = (size, call) => Promise.all(Array.from({ length: size }, (_, i) => call(i)));

const ours = (size) =>
  withRedis(async (url, prefix) => {
    const app = await startOurs(url, prefix, false);
    const { commands, scheduler } = schedulersOf(app);
    const rate = await rateOf(size, () => each(size, (i) => commands.schedule(new SendReminder(i), WEEK)));
    if ((await scheduler.counts()).scheduled !== size) throw new Error('entries are missing');
    await app.close();
    return rate;
  });

const add = (size) =>
  withRedis(async (url, prefix) => {
    const queue = openQueue(url, prefix);
    await queue.waitUntilReady();
    const rate = await rateOf(size, () =>
      each(size, (i) => queue.add('reminder', new SendReminder(i), { delay: WEEK })),
    );
    await queue.end();
    return rate;
  });

export default {
  name: 'redis.schedule.burst',
  engine: 'redis',
  unit: 'entries/s',
  sizes: { full: 20_000, quick: 5_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'commands.schedule(), all at once', measure: ours },
  peers: [{ name: 'BullMQ add(), all at once', measure: add }],
};
