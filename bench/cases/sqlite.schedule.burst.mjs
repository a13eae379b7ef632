import superjson from 'superjson';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { SendReminder, schedulersOf, startApp } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { openByHand, openPlainjob, withFile } from '../support/sqlite.mjs';

const WEEK = 7 * 24 * 3_600_000;

async function ours(size) {
  return withFile(async (file) => {
    const app = await startApp({ scheduler: sqliteScheduler({ file }), worker: false });
    const { commands, scheduler } = schedulersOf(app);
    const rate = await rateOf(size, () => {
      const calls = [];
      for (let i = 0; i < size; i++) calls.push(commands.schedule(new SendReminder(i), WEEK));
      return Promise.all(calls);
    });
    if ((await scheduler.counts()).scheduled !== size) throw new Error('entries are missing');
    await app.close();
    return rate;
  });
}

/** Prepared once, 500 rows in a transaction. superjson looks into plain objects only: it gets one, as ours does. */
const insertsByHand = (serialize) => (size) =>
  withFile(async (file) => {
    const database = openByHand(file);
    const insert = database.prepare('INSERT INTO jobs (name, run_at, data) VALUES (?, ?, ?)');
    const rate = await rateOf(size, () => {
      for (let i = 0; i < size; i += 500) {
        database.exec('BEGIN IMMEDIATE');
        for (let j = i; j < Math.min(i + 500, size); j++)
          insert.run('SendReminder', Date.now() + WEEK, serialize(new SendReminder(j)));
        database.exec('COMMIT');
      }
    });
    database.close();
    return rate;
  });

/** One call an entry, as ours: each is a transaction of its own. */
async function plainjob(size) {
  return withFile(async (file) => {
    const queue = openPlainjob(file);
    const few = Math.ceil(size / 5);
    const rate = await rateOf(few, () => {
      for (let i = 0; i < few; i++) queue.add('SendReminder', new SendReminder(i), { delay: WEEK });
    });
    queue.close();
    return rate;
  });
}

export default {
  name: 'sqlite.schedule.burst',
  engine: 'sqlite',
  unit: 'entries/s',
  sizes: { full: 50_000, quick: 10_000 },
  rounds: { full: 5, quick: 2 },
  ours: { name: 'commands.schedule(), all at once', measure: ours },
  peers: [
    {
      name: 'raw inserts by 500, superjson',
      measure: insertsByHand((data) => superjson.stringify({ ...data })),
    },
    { name: 'raw inserts by 500, JSON', measure: insertsByHand((data) => JSON.stringify(data)) },
    { name: 'plainjob add()', measure: plainjob },
  ],
};
