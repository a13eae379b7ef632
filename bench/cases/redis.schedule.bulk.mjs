import { PublishCommandJob } from 'nestjs-eventflow-jobs';
import { SendReminder, schedulersOf } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { openQueue, startOurs, withRedis } from '../support/redis.mjs';

const WEEK = 7 * 24 * 3_600_000;
const AT_ONCE = 1_000;

async function byTheThousand(size, call) {
  for (let i = 0; i < size; i += AT_ONCE)
    await call(Array.from({ length: Math.min(AT_ONCE, size - i) }, (_, j) => new SendReminder(i + j)));
}

/** All or none, which BullMQ's addBulk() is not. */
const ours = (size) =>
  withRedis(async (url, prefix) => {
    const app = await startOurs(url, prefix, false);
    const { scheduler } = schedulersOf(app);
    const rate = await rateOf(size, () =>
      byTheThousand(size, (commands) =>
        scheduler.scheduleMany(
          commands.map((command) => ({ job: PublishCommandJob.create(command), when: WEEK })),
        ),
      ),
    );
    await app.close();
    return rate;
  });

const addBulk = (size) =>
  withRedis(async (url, prefix) => {
    const queue = openQueue(url, prefix);
    await queue.waitUntilReady();
    const rate = await rateOf(size, () =>
      byTheThousand(size, (commands) =>
        queue.addBulk(commands.map((data) => ({ name: 'reminder', data, opts: { delay: WEEK } }))),
      ),
    );
    await queue.end();
    return rate;
  });

export default {
  name: 'redis.schedule.bulk',
  engine: 'redis',
  unit: 'entries/s',
  sizes: { full: 20_000, quick: 5_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'scheduleMany() by the thousand', measure: ours },
  peers: [{ name: 'BullMQ addBulk() by the thousand', measure: addBulk }],
};
