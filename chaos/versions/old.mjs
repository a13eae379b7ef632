// The app before the deploy: one job stays as it is, one is changed later, one is dropped later.
import { JobVersion, RecurringJob } from 'nestjs-eventflow-jobs';
import { TickJob, WitnessedJob } from '../support/witnessed.job.mjs';

JobVersion('Witnessed', 1)(WitnessedJob);

class ChangedJob extends WitnessedJob {}
JobVersion('Changed', 1)(ChangedJob);

class DroppedJob extends WitnessedJob {}
JobVersion('Dropped', 1)(DroppedJob);

class KeptTickJob extends TickJob {
  static recurring = 'kept';
}
JobVersion('KeptTick', 1)(KeptTickJob);
RecurringJob('kept', { every: '1s' })(KeptTickJob);

class DroppedTickJob extends TickJob {
  static recurring = 'dropped';
}
JobVersion('DroppedTick', 1)(DroppedTickJob);
RecurringJob('dropped', { every: '1s' })(DroppedTickJob);

export const scheduled = [WitnessedJob, ChangedJob, DroppedJob];
export const jobs = [...scheduled, KeptTickJob, DroppedTickJob];
