import { JobStatus } from 'plainjob';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { SendReminder, allHandled, schedulersOf, startApp } from './app.mjs';
import { openPlainjob, startPlainjobWorkers, withFile } from './sqlite.mjs';

/** Stored commands, run by one process: from the moment that the first is handed over until the last is written down. */
export const runOurs = (concurrency) => (size) =>
  withFile(async (file) => {
    const producer = await startApp({ scheduler: sqliteScheduler({ file }), worker: false });
    await storeMany(schedulersOf(producer).scheduler, producer, size);
    await producer.close();
    const done = allHandled(size);
    const worker = await startApp({ scheduler: sqliteScheduler({ file }), worker: { concurrency } });
    const began = await done;
    const { scheduler } = schedulersOf(worker);
    while ((await scheduler.counts()).succeeded < size) await new Promise((resolve) => setImmediate(resolve));
    const seconds = (performance.now() - began) / 1000;
    await worker.close();
    return { '': size / seconds };
  });

async function storeMany(scheduler, app, size) {
  const { commands } = schedulersOf(app);
  for (let i = 0; i < size; i += 1_000) {
    const calls = [];
    for (let j = i; j < Math.min(i + 1_000, size); j++) calls.push(commands.schedule(new SendReminder(j), 0));
    await Promise.all(calls);
  }
  if ((await scheduler.counts()).scheduled !== size) throw new Error('entries are missing');
}

/** As many of its workers as ours has slots, each gives a fresh command to the same bus. */
export const runPlainjob = (concurrency) => (size) =>
  withFile(async (file) => {
    const queue = openPlainjob(file);
    const few = Math.ceil(size / 5);
    queue.addMany(
      'SendReminder',
      Array.from({ length: few }, (_, i) => new SendReminder(i)),
    );
    const app = await startApp();
    const done = allHandled(few);
    const stop = startPlainjobWorkers(queue, app, concurrency);
    const began = await done;
    while (queue.countJobs({ status: JobStatus.Done }) < few)
      await new Promise((resolve) => setImmediate(resolve));
    const seconds = (performance.now() - began) / 1000;
    await stop();
    queue.close();
    await app.close();
    return { '': few / seconds };
  });
