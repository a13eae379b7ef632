import { CommandBus } from '@nestjs/cqrs';
import { SendReminder, handled, schedulersOf, startApp } from '../support/app.mjs';
import { spreadOver } from '../support/lateness.mjs';
import { startOurs, startPgBoss, withDatabase } from '../support/postgres.mjs';

const SPAN = 20_000;

/** Scheduled by another app than the one that runs them. */
const ours = (size) =>
  withDatabase(async (url) => {
    const worker = await startOurs(url, { concurrency: 50 });
    const producer = await startOurs(url, false);
    const { commands } = schedulersOf(producer);
    const figures = await spreadOver(SPAN, size, handled, (number, dueAt) =>
      commands.schedule(new SendReminder(number), new Date(dueAt)),
    );
    await producer.close();
    await worker.close();
    return figures;
  });

const pgBoss = (size) =>
  withDatabase(async (url) => {
    const boss = await startPgBoss(url);
    const app = await startApp();
    const bus = app.get(CommandBus);
    await boss.work('reminders', { batchSize: 50, pollingIntervalSeconds: 0.5 }, (jobs) =>
      Promise.all(
        jobs.map(({ data }) => bus.execute(Object.assign(Object.create(SendReminder.prototype), data))),
      ),
    );
    const figures = await spreadOver(SPAN, size, handled, (number, dueAt) =>
      boss.send('reminders', new SendReminder(number), { startAfter: new Date(dueAt) }),
    );
    await boss.stop({ graceful: false });
    await app.close();
    return figures;
  });

export default {
  name: 'pg.lateness',
  engine: 'pg',
  unit: 'ms',
  sizes: { full: 1_000, quick: 300 },
  rounds: { full: 2, quick: 1 },
  ours: { name: 'ours', measure: ours },
  peers: [{ name: 'pg-boss, polling every 0.5 s', measure: pgBoss }],
};
