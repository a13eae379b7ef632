import { bareTimers, onlyFigure, ours, registeredTimers, toadScheduler } from '../support/in-process.mjs';

export default {
  name: 'in-process.schedule',
  engine: 'in-process',
  unit: 'entries/s',
  sizes: { full: 1_000_000, quick: 100_000 },
  rounds: { full: 3, quick: 1 },
  ours: { name: 'commands.schedule()', measure: onlyFigure('rate', ours) },
  peers: [
    { name: 'setTimeout each', measure: onlyFigure('rate', bareTimers) },
    { name: 'SchedulerRegistry.addTimeout() each', measure: onlyFigure('rate', registeredTimers) },
    { name: 'toad-scheduler', measure: onlyFigure('rate', toadScheduler) },
  ],
};
