import { SendReminder, allHandled, schedulersOf } from '../support/app.mjs';
import { startOurs, withDatabase } from '../support/postgres.mjs';

const WEEK = 7 * 24 * 3_600_000;

async function store(app, count, delay) {
  const { scheduler } = schedulersOf(app);
  const { PublishCommandJob } = await import('nestjs-eventflow-jobs');
  for (let i = 0; i < count; i += 5_000) {
    const entries = Array.from({ length: Math.min(5_000, count - i) }, (_, j) => ({
      job: PublishCommandJob.create(new SendReminder(i + j)),
      when: delay,
    }));
    await scheduler.scheduleMany(entries);
  }
}

/** Straight after storing them: the planner knows nothing of them yet. */
const measureWith = (stored) => (size) =>
  withDatabase(async (url) => {
    const producer = await startOurs(url, false);
    await store(producer, stored, WEEK);
    const { commands, scheduler } = schedulersOf(producer);
    const began = performance.now();
    await Promise.all(Array.from({ length: size }, (_, i) => commands.schedule(new SendReminder(i), 0)));
    const scheduled = performance.now();
    const done = allHandled(size);
    const worker = await startOurs(url, { concurrency: 200 });
    const firstAt = await done;
    while ((await scheduler.list({ state: 'running', limit: 1 })).entries.length > 0);
    const ran = performance.now();
    await worker.close();
    await producer.close();
    return { schedule: size / ((scheduled - began) / 1000), run: size / ((ran - firstAt) / 1000) };
  });

const stored = (count) => ({
  name: `with ${count.toLocaleString('en')} stored`,
  measure: measureWith(count),
});

export default {
  name: 'pg.growth',
  engine: 'pg',
  unit: 'with 1,000,000 stored: entries and commands/s',
  sizes: { full: 20_000, quick: 5_000 },
  rounds: { full: 2, quick: 1 },
  ours: stored(1_000_000),
  peers: [stored(1_000), stored(100_000)],
};
