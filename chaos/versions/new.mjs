// The app after the deploy: one job is as it was, one has another shape, one is new, and one is known no more.
import { JobVersion, RecurringJob } from 'nestjs-eventflow-jobs';
import { TickJob, Witness, WitnessedJob } from '../support/witnessed.job.mjs';

JobVersion('Witnessed', 1)(WitnessedJob);

class ChangedJob extends WitnessedJob {
  constructor(before, after, origin = 'made as such') {
    super(before, after);
    this.origin = origin;
  }

  async execute(context) {
    if (this.origin === undefined) throw new Error('It is of version 1, and was not upgraded.');
    if (this.origin === 'upgraded') context.get(Witness).saw('upgraded', context);
    await super.execute(context);
  }
}
JobVersion('Changed', 2, { upgrade: { 1: (data) => ({ ...data, origin: 'upgraded' }) } })(ChangedJob);

class AddedJob extends WitnessedJob {}
JobVersion('Added', 1)(AddedJob);

class KeptTickJob extends TickJob {
  static recurring = 'kept';
}
JobVersion('KeptTick', 1)(KeptTickJob);
RecurringJob('kept', { every: '1s' })(KeptTickJob);

class AddedTickJob extends TickJob {
  static recurring = 'added';
}
JobVersion('AddedTick', 1)(AddedTickJob);
RecurringJob('added', { every: '1s' })(AddedTickJob);

export const scheduled = [WitnessedJob, ChangedJob, AddedJob];
export const jobs = [...scheduled, KeptTickJob, AddedTickJob];
