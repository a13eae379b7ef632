import { PublishCommandJob } from 'nestjs-eventflow-jobs';
import { SendReminder, allHandled, schedulersOf } from '../support/app.mjs';
import { settled, startOurs, withRedis } from '../support/redis.mjs';

const WEEK = 7 * 24 * 3_600_000;
const AT_ONCE = 5_000;

async function store(scheduler, count) {
  for (let i = 0; i < count; i += AT_ONCE) {
    const entries = Array.from({ length: Math.min(AT_ONCE, count - i) }, (_, j) => ({
      job: PublishCommandJob.create(new SendReminder(i + j)),
      when: WEEK,
    }));
    await scheduler.scheduleMany(entries);
  }
}

const measureWith = (stored) => (size) =>
  withRedis(async (url, prefix) => {
    const producer = await startOurs(url, prefix, false);
    const { commands, scheduler } = schedulersOf(producer);
    await store(scheduler, stored);
    await settled(url);
    const began = performance.now();
    await Promise.all(Array.from({ length: size }, (_, i) => commands.schedule(new SendReminder(i), 0)));
    const scheduled = performance.now();
    const done = allHandled(size);
    const worker = await startOurs(url, prefix, { concurrency: 100 });
    const firstAt = await done;
    while ((await scheduler.counts()).running > 0);
    const ran = performance.now();
    await worker.close();
    await producer.close();
    return { schedule: size / ((scheduled - began) / 1000), run: size / ((ran - firstAt) / 1000) };
  });

const stored = (count) => ({
  name: `${count.toLocaleString('en')} stored, not 1,000,000`,
  measure: measureWith(count),
});

export default {
  name: 'redis.growth',
  engine: 'redis',
  unit: 'entries and commands/s',
  sizes: { full: 30_000, quick: 5_000 },
  rounds: { full: 2, quick: 1 },
  ours: { name: '1,000,000 stored', measure: measureWith(1_000_000) },
  peers: [stored(1_000), stored(100_000)],
};
