import { CommandBus } from '@nestjs/cqrs';
import { inProcessScheduler } from 'nestjs-eventflow-jobs';
import { SendReminder, handled, schedulersOf, startApp } from '../support/app.mjs';
import { now, spreadOver } from '../support/lateness.mjs';

const SPAN = 5_000;

async function ours(size) {
  const app = await startApp({ scheduler: inProcessScheduler(), worker: { concurrency: 50 } });
  const { commands } = schedulersOf(app);
  const figures = await spreadOver(SPAN, size, handled, (number, dueAt) =>
    commands.schedule(new SendReminder(number), new Date(dueAt)),
  );
  await app.close();
  return figures;
}

async function bareTimers(size) {
  const app = await startApp();
  const bus = app.get(CommandBus);
  const schedule = (number, dueAt) => {
    const command = new SendReminder(number);
    setTimeout(() => void bus.execute(command), Math.ceil(dueAt - now()));
  };
  const figures = await spreadOver(SPAN, size, handled, schedule, true);
  await app.close();
  return figures;
}

export default {
  name: 'in-process.lateness',
  engine: 'in-process',
  unit: 'ms',
  sizes: { full: 10_000, quick: 2_000 },
  rounds: { full: 3, quick: 1 },
  ours: { name: 'ours', measure: ours },
  peers: [{ name: 'setTimeout each', measure: bareTimers }],
};
