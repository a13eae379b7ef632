import { SendReminder, schedulersOf } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { graphileUtils, startOurs, startPgBoss, withDatabase } from '../support/postgres.mjs';

const WEEK = 7 * 24 * 3_600_000;

async function oneAfterTheOther(size, call) {
  for (let i = 0; i < size; i++) await call(i);
}

const ours = (size) =>
  withDatabase(async (url) => {
    const app = await startOurs(url, false);
    const { commands } = schedulersOf(app);
    const rate = await rateOf(size, () =>
      oneAfterTheOther(size, (i) => commands.schedule(new SendReminder(i), WEEK)),
    );
    await app.close();
    return rate;
  });

const send = (size) =>
  withDatabase(async (url) => {
    const boss = await startPgBoss(url);
    const startAfter = new Date(Date.now() + WEEK);
    const rate = await rateOf(size, () =>
      oneAfterTheOther(size, (i) => boss.send('reminders', new SendReminder(i), { startAfter })),
    );
    await boss.stop({ graceful: false });
    return rate;
  });

const addJob = (size) =>
  withDatabase(async (url) => {
    const utils = await graphileUtils(url);
    const runAt = new Date(Date.now() + WEEK);
    const rate = await rateOf(size, () =>
      oneAfterTheOther(size, (i) => utils.addJob('reminders', new SendReminder(i), { runAt })),
    );
    await utils.end();
    return rate;
  });

export default {
  name: 'pg.schedule.sequential',
  engine: 'pg',
  unit: 'entries/s',
  sizes: { full: 3_000, quick: 1_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'await commands.schedule()', measure: ours },
  peers: [
    { name: 'await pg-boss send()', measure: send },
    { name: 'await graphile-worker addJob()', measure: addJob },
  ],
};
