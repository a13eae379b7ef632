// The app where nobody deploys another one.
import { JobVersion } from 'nestjs-eventflow-jobs';
import { TickJob, WitnessedJob } from '../support/witnessed.job.mjs';

JobVersion('Witnessed', 1)(WitnessedJob);
JobVersion('Tick', 1)(TickJob);

export const jobs = [WitnessedJob, TickJob];

/** Of which the load chooses. */
export const scheduled = [WitnessedJob];
