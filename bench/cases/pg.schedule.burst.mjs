import { SendReminder, schedulersOf } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { graphileUtils, startOurs, startPgBoss, withDatabase } from '../support/postgres.mjs';

const WEEK = 7 * 24 * 3_600_000;

const each = (size, call) => Promise.all(Array.from({ length: size }, (_, i) => call(i)));

const ours = (size) =>
  withDatabase(async (url) => {
    const app = await startOurs(url, false);
    const { commands, scheduler } = schedulersOf(app);
    const rate = await rateOf(size, () => each(size, (i) => commands.schedule(new SendReminder(i), WEEK)));
    if ((await scheduler.counts()).scheduled !== size) throw new Error('entries are missing');
    await app.close();
    return rate;
  });

const send = (size) =>
  withDatabase(async (url) => {
    const boss = await startPgBoss(url);
    const few = Math.ceil(size / 10);
    const startAfter = new Date(Date.now() + WEEK);
    const rate = await rateOf(few, () =>
      each(few, (i) => boss.send('reminders', new SendReminder(i), { startAfter })),
    );
    await boss.stop({ graceful: false });
    return rate;
  });

const insert = (size) =>
  withDatabase(async (url) => {
    const boss = await startPgBoss(url);
    const startAfter = new Date(Date.now() + WEEK);
    const rate = await rateOf(size, async () => {
      for (let i = 0; i < size; i += 1_000) {
        const jobs = Array.from({ length: 1_000 }, (_, j) => ({ data: new SendReminder(i + j), startAfter }));
        await boss.insert('reminders', jobs);
      }
    });
    await boss.stop({ graceful: false });
    return rate;
  });

const addJob = (size) =>
  withDatabase(async (url) => {
    const utils = await graphileUtils(url);
    const few = Math.ceil(size / 10);
    const runAt = new Date(Date.now() + WEEK);
    const rate = await rateOf(few, () =>
      each(few, (i) => utils.addJob('reminders', new SendReminder(i), { runAt })),
    );
    await utils.end();
    return rate;
  });

export default {
  name: 'pg.schedule.burst',
  engine: 'pg',
  unit: 'entries/s',
  sizes: { full: 20_000, quick: 5_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'commands.schedule(), all at once', measure: ours },
  peers: [
    { name: 'pg-boss send(), all at once', measure: send },
    { name: 'pg-boss insert() by the thousand', measure: insert },
    { name: 'graphile-worker addJob(), all at once', measure: addJob },
  ],
};
