import { bareTimers, onlyFigure, ours, registeredTimers, toadScheduler } from '../support/in-process.mjs';

export default {
  name: 'in-process.memory',
  engine: 'in-process',
  unit: 'bytes an entry, ours above its stored data',
  sizes: { full: 1_000_000, quick: 100_000 },
  rounds: { full: 3, quick: 1 },
  ours: { name: 'commands.schedule()', measure: onlyFigure('bytes', ours) },
  peers: [
    { name: 'setTimeout each', measure: onlyFigure('bytes', bareTimers) },
    { name: 'SchedulerRegistry.addTimeout() each', measure: onlyFigure('bytes', registeredTimers) },
    { name: 'toad-scheduler', measure: onlyFigure('bytes', toadScheduler) },
  ],
};
