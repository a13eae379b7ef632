import { SchedulerRegistry } from '@nestjs/schedule';
import { SimpleIntervalJob, Task, ToadScheduler } from 'toad-scheduler';
import { inProcessScheduler } from 'nestjs-eventflow-jobs';
import { SendReminder, schedulersOf, startApp } from './app.mjs';

const WEEK = 7 * 24 * 3_600_000;
const AT_ONCE = 1_000;

const heap = () => {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

/** What entries cost that are due in a week: time to schedule, and memory above the text of their data. */
export async function ours(size) {
  const app = await startApp({ scheduler: inProcessScheduler() });
  const { commands, scheduler } = schedulersOf(app);
  const before = heap();
  const began = performance.now();
  for (let i = 0; i < size; i += AT_ONCE) {
    const calls = [];
    for (let j = i; j < Math.min(i + AT_ONCE, size); j++)
      calls.push(commands.schedule(new SendReminder(j), WEEK + j));
    await Promise.all(calls);
  }
  const seconds = (performance.now() - began) / 1000;
  const bytes = (heap() - before) / size - payload(size);
  if ((await scheduler.counts()).scheduled !== size) throw new Error('entries are missing');
  await app.close();
  return { rate: size / seconds, bytes };
}

/** What holds its commands as they are: nothing is checked, found by a key or listed. */
function measurePeer(size, schedule, end) {
  const before = heap();
  const began = performance.now();
  for (let i = 0; i < size; i++) schedule(new SendReminder(i), i);
  const seconds = (performance.now() - began) / 1000;
  const bytes = (heap() - before) / size;
  end();
  return { rate: size / seconds, bytes };
}

const handle = () => {};

export async function bareTimers(size) {
  const timers = [];
  return measurePeer(
    size,
    (command, i) => timers.push(setTimeout(() => handle(command), WEEK + i)),
    () => timers.forEach((timer) => clearTimeout(timer)),
  );
}

/** The timers of @nestjs/schedule, each under a name of its own. */
export async function registeredTimers(size) {
  const registry = new SchedulerRegistry();
  return measurePeer(
    size,
    (command, i) =>
      registry.addTimeout(
        `reminder-${i}`,
        setTimeout(() => handle(command), WEEK + i),
      ),
    () => registry.getTimeouts().forEach((name) => registry.deleteTimeout(name)),
  );
}

/** It knows intervals only: one that ends after its first time is a delay. */
export async function toadScheduler(size) {
  const scheduler = new ToadScheduler();
  return measurePeer(
    size,
    (command, i) => {
      const job = new SimpleIntervalJob(
        { milliseconds: WEEK + i },
        new Task('reminder', () => {
          job.stop();
          handle(command);
        }),
        { id: `reminder-${i}` },
      );
      scheduler.addSimpleIntervalJob(job);
    },
    () => scheduler.stop(),
  );
}

/** As it is stored: the name and version of the command beside its data. */
const payload = (size) =>
  JSON.stringify({ json: { name: 'SendReminder', version: 1, data: new SendReminder(size / 2) } }).length;

export const onlyFigure = (name, measure) => async (size) => ({ '': (await measure(size))[name] });
