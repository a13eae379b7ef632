import { PublishCommandJob } from 'nestjs-eventflow-jobs';
import { SendReminder, schedulersOf } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { graphileUtils, startOurs, startPgBoss, withDatabase } from '../support/postgres.mjs';

const WEEK = 7 * 24 * 3_600_000;
const AT_ONCE = 1_000;

async function byTheThousand(size, call) {
  for (let i = 0; i < size; i += AT_ONCE)
    await call(Array.from({ length: Math.min(AT_ONCE, size - i) }, (_, j) => new SendReminder(i + j)));
}

const ours = (size) =>
  withDatabase(async (url) => {
    const app = await startOurs(url, false);
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

const insert = (size) =>
  withDatabase(async (url) => {
    const boss = await startPgBoss(url);
    const startAfter = new Date(Date.now() + WEEK);
    const rate = await rateOf(size, () =>
      byTheThousand(size, (commands) =>
        boss.insert(
          'reminders',
          commands.map((data) => ({ data, startAfter })),
        ),
      ),
    );
    await boss.stop({ graceful: false });
    return rate;
  });

const addJobs = (size) =>
  withDatabase(async (url) => {
    const utils = await graphileUtils(url);
    const runAt = new Date(Date.now() + WEEK);
    const rate = await rateOf(size, () =>
      byTheThousand(size, (commands) =>
        utils.addJobs(commands.map((payload) => ({ identifier: 'reminders', payload, runAt }))),
      ),
    );
    await utils.end();
    return rate;
  });

export default {
  name: 'pg.schedule.bulk',
  engine: 'pg',
  unit: 'entries/s',
  sizes: { full: 20_000, quick: 5_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'scheduleMany() by the thousand', measure: ours },
  peers: [
    { name: 'pg-boss insert() by the thousand', measure: insert },
    { name: 'graphile-worker addJobs() by the thousand', measure: addJobs },
  ],
};
