import { CommandBus } from '@nestjs/cqrs';
import { instantScheduler } from 'nestjs-eventflow-jobs';
import { SendReminder, handled, schedulersOf, startApp } from '../support/app.mjs';
import { rateOf } from '../support/benchmark.mjs';

const AT_ONCE = 1_000;

async function byTheThousand(size, call) {
  handled.count = 0;
  for (let i = 0; i < size; i += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, size - i) }, (_, j) => call(i + j)));
  if (handled.count !== size) throw new Error(`${handled.count} of ${size} were run`);
}

async function ours(size) {
  const app = await startApp({ scheduler: instantScheduler() });
  const { commands } = schedulersOf(app);
  const rate = await rateOf(size, () =>
    byTheThousand(size, (i) => commands.scheduleNow(new SendReminder(i))),
  );
  await app.close();
  return rate;
}

/** A copy as one would make it by hand: nothing is checked, and nothing but plain data comes back. */
async function plainCopy(size) {
  const app = await startApp();
  const bus = app.get(CommandBus);
  const rate = await rateOf(size, () =>
    byTheThousand(size, (i) => {
      const copy = JSON.parse(JSON.stringify(new SendReminder(i)));
      return bus.execute(Object.assign(Object.create(SendReminder.prototype), copy));
    }),
  );
  await app.close();
  return rate;
}

export default {
  name: 'instant.run',
  engine: 'instant',
  unit: 'commands/s',
  sizes: { full: 200_000, quick: 50_000 },
  rounds: { full: 5, quick: 1 },
  ours: { name: 'commands.scheduleNow()', measure: ours },
  peers: [{ name: 'CommandBus after a plain JSON copy', measure: plainCopy }],
};
