import { CommandBus } from '@nestjs/cqrs';
import { SendReminder, allHandled, handled, schedulersOf, startApp } from '../support/app.mjs';
import { graphileUtils, startGraphile, startOurs, startPgBoss, withDatabase } from '../support/postgres.mjs';

const CONCURRENCY = 200;

const revive = (data) => Object.assign(Object.create(SendReminder.prototype), data);

/** From the first that the handler gets to the last: each contestant completes in the background. */
async function ratesOf(size, start, isDone) {
  const done = allHandled(size);
  const stop = await start();
  const began = await done;
  while (!(await isDone())) await new Promise((resolve) => setImmediate(resolve));
  const seconds = (performance.now() - began) / 1000;
  await stop();
  if (handled.count !== size) throw new Error(`${handled.count} of ${size} were run`);
  return { '': size / seconds };
}

const ours = (size) =>
  withDatabase(async (url) => {
    const producer = await startOurs(url, false);
    const { commands, scheduler } = schedulersOf(producer);
    await Promise.all(Array.from({ length: size }, (_, i) => commands.schedule(new SendReminder(i), 0)));
    const rates = await ratesOf(
      size,
      async () => {
        const app = await startOurs(url, { concurrency: CONCURRENCY });
        return () => app.close();
      },
      async () => (await scheduler.counts()).succeeded === size,
    );
    await producer.close();
    return rates;
  });

const pgBoss = (options, share) => (size) =>
  withDatabase(async (url) => {
    const few = Math.ceil(size * share);
    const boss = await startPgBoss(url);
    for (let i = 0; i < few; i += 1_000) {
      const count = Math.min(1_000, few - i);
      await boss.insert(
        'reminders',
        Array.from({ length: count }, (_, j) => ({ data: new SendReminder(i + j) })),
      );
    }
    const app = await startApp();
    const bus = app.get(CommandBus);
    const table = (await boss.getQueue('reminders')).table;
    const rates = await ratesOf(
      few,
      async () => {
        await boss.work('reminders', options, async (jobs) =>
          Promise.all(
            jobs.map(async ({ id, data }) => {
              await bus.execute(revive(data));
              return { id, status: 'completed' };
            }),
          ),
        );
        return () => boss.stop({ graceful: false });
      },
      async () => {
        const { rows } = await boss
          .getDb()
          .executeSql(`SELECT count(*)::int AS left FROM pgboss.${table} WHERE state < 'completed'`);
        return rows[0].left === 0;
      },
    );
    await app.close();
    return rates;
  });

const graphile = (localQueue, share) => (size) =>
  withDatabase(async (url) => {
    const few = Math.ceil(size * share);
    const utils = await graphileUtils(url);
    for (let i = 0; i < few; i += 1_000) {
      const count = Math.min(1_000, few - i);
      await utils.addJobs(
        Array.from({ length: count }, (_, j) => ({
          identifier: 'reminders',
          payload: new SendReminder(i + j),
        })),
      );
    }
    const app = await startApp();
    const bus = app.get(CommandBus);
    const left = () =>
      utils.withPgClient((client) => client.query('SELECT count(*)::int AS left FROM graphile_worker.jobs'));
    const rates = await ratesOf(
      few,
      () => {
        const task = (data) => bus.execute(revive(data));
        return startGraphile(url, CONCURRENCY, { reminders: task }, localQueue);
      },
      async () => (await left()).rows[0].left === 0,
    );
    await utils.end();
    await app.close();
    return rates;
  });

export default {
  name: 'pg.run',
  engine: 'pg',
  unit: 'commands/s',
  sizes: { full: 30_000, quick: 5_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: `concurrency ${CONCURRENCY}`, measure: ours },
  peers: [
    {
      name: 'pg-boss work() of 100 by 2, burstWhenBatchFull',
      measure: pgBoss(
        {
          batchSize: 100,
          localConcurrency: 2,
          perJobResults: true,
          burstWhenBatchFull: true,
          pollingIntervalSeconds: 0.5,
        },
        1,
      ),
    },
    { name: 'graphile-worker with its local queue', measure: graphile(true, 1) },
    { name: 'graphile-worker without it', measure: graphile(false, 0.3) },
  ],
};
