import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { SendReminder, schedulersOf, startApp } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';
import { openPlainjob, withFile } from '../support/sqlite.mjs';

const WEEK = 7 * 24 * 3_600_000;

async function ours(size) {
  return withFile(async (file) => {
    const app = await startApp({ scheduler: sqliteScheduler({ file }), worker: false });
    const { commands } = schedulersOf(app);
    const rate = await rateOf(size, async () => {
      for (let i = 0; i < size; i++) await commands.schedule(new SendReminder(i), WEEK);
    });
    await app.close();
    return rate;
  });
}

/** Its add() is synchronous; the turn of the event loop that ours takes between two calls, a server takes anyway. */
async function plainjob(size) {
  return withFile(async (file) => {
    const queue = openPlainjob(file);
    const rate = await rateOf(size, () => {
      for (let i = 0; i < size; i++) queue.add('SendReminder', new SendReminder(i), { delay: WEEK });
    });
    queue.close();
    return rate;
  });
}

export default {
  name: 'sqlite.schedule.sequential',
  engine: 'sqlite',
  unit: 'entries/s',
  sizes: { full: 10_000, quick: 3_000 },
  rounds: { full: 5, quick: 2 },
  ours: { name: 'await commands.schedule()', measure: ours },
  peers: [{ name: 'plainjob add()', measure: plainjob }],
};
