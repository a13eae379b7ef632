import { CommandBus } from '@nestjs/cqrs';
import { defineWorker } from 'plainjob';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { SendReminder, handled, schedulersOf, startApp } from '../support/app.mjs';
import { now, spreadOver } from '../support/lateness.mjs';
import { SILENT, openPlainjob, withFile } from '../support/sqlite.mjs';

const SPAN = 10_000;

async function ours(size) {
  return withFile(async (file) => {
    const app = await startApp({ scheduler: sqliteScheduler({ file }), worker: { concurrency: 50 } });
    const { commands } = schedulersOf(app);
    const figures = await spreadOver(SPAN, size, handled, (number, dueAt) =>
      commands.schedule(new SendReminder(number), new Date(dueAt)),
    );
    await app.close();
    return figures;
  });
}

/** It polls: every second by default. */
async function plainjob(size) {
  return withFile(async (file) => {
    const app = await startApp();
    const bus = app.get(CommandBus);
    const queue = openPlainjob(file);
    const handle = ({ data }) =>
      bus.execute(Object.assign(Object.create(SendReminder.prototype), JSON.parse(data)));
    const worker = defineWorker('SendReminder', handle, { queue, logger: SILENT });
    const ended = worker.start();
    const figures = await spreadOver(SPAN, size, handled, (number, dueAt) =>
      queue.add('SendReminder', new SendReminder(number), { delay: Math.ceil(dueAt - now()) }),
    );
    await worker.stop();
    await ended;
    queue.close();
    await app.close();
    return figures;
  });
}

export default {
  name: 'sqlite.lateness',
  engine: 'sqlite',
  unit: 'ms',
  sizes: { full: 2_000, quick: 500 },
  rounds: { full: 3, quick: 1 },
  ours: { name: 'ours', measure: ours },
  peers: [{ name: 'plainjob, polling every second', measure: plainjob }],
};
