import { JobStatus } from 'plainjob';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { SendReminder, allHandled, schedulersOf, startApp } from './app.mjs';
import { openPlainjob, startPlainjobWorkers, withFile } from './sqlite.mjs';

/** What a caller hands over in one turn of the event loop: to write this as text is his own time. */
const BYTES_A_TURN = 100_000;
const MOST_A_TURN = 50;
const CONCURRENCY = 50;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** The longest that one turn of the event loop took, in ms, until the work was done. */
async function longestTurn(work) {
  let goesOn = true;
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (goesOn) setImmediate(look);
  };
  setImmediate(look);
  await work();
  goesOn = false;
  look();
  return longest;
}

/** Hands over so many commands with so much text, as fast as it can, but lets the event loop turn. */
async function handOver(size, text, schedule) {
  const aTurn = Math.max(1, Math.min(MOST_A_TURN, Math.floor(BYTES_A_TURN / text.length)));
  const calls = [];
  for (let i = 0; i < size; i += aTurn) {
    for (let j = i; j < Math.min(i + aTurn, size); j++)
      calls.push(schedule(Object.assign(new SendReminder(j), { text })));
    await nextTurn();
  }
  await Promise.all(calls);
}

export const turnsOfOurs = (bytes) => (size) =>
  withFile(async (file) => {
    const producer = await startApp({ scheduler: sqliteScheduler({ file }), worker: false });
    const { commands } = schedulersOf(producer);
    const schedule = await longestTurn(() =>
      handOver(size, 'x'.repeat(bytes), (command) => commands.schedule(command, 0)),
    );
    await producer.close();
    const worker = await startApp({
      scheduler: sqliteScheduler({ file, retention: { count: 0 } }),
      worker: { concurrency: CONCURRENCY },
    });
    const { scheduler } = schedulersOf(worker);
    const allEnded = async () => {
      const { scheduled, running } = await scheduler.counts();
      return scheduled + running === 0;
    };
    const run = await longestTurn(async () => {
      while (!(await allEnded())) await nextTurn();
    });
    const prune = await longestTurn(async () => {
      while ((await scheduler.counts()).succeeded > 0) await nextTurn();
    });
    await worker.close();
    return { schedule, run, prune };
  });

export const turnsOfPlainjob = (bytes) => (size) =>
  withFile(async (file) => {
    const queue = openPlainjob(file);
    const schedule = await longestTurn(() =>
      handOver(size, 'x'.repeat(bytes), (command) => queue.add('SendReminder', command)),
    );
    const app = await startApp();
    const done = allHandled(size);
    let stop;
    const run = await longestTurn(async () => {
      stop = startPlainjobWorkers(queue, app, CONCURRENCY);
      await done;
      while (queue.countJobs({ status: JobStatus.Done }) < size)
        await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await stop();
    const prune = await longestTurn(async () => queue.removeDoneJobs(-1));
    queue.close();
    await app.close();
    return { schedule, run, prune };
  });
