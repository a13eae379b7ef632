import { instantScheduler } from 'nestjs-eventflow-jobs';
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, it } from 'vitest';
import { ImpatientScheduler } from '../support/virtual.js';
import { LOCAL } from './capabilities.js';

// Apart from the schedulers that take real time, so that mutation testing can run it for every mutant.
const subjects: ConformanceSubject[] = [
  { name: 'instantScheduler()', capabilities: [], setUp: () => ({ scheduler: instantScheduler }) },
  { name: 'TestJobScheduler', capabilities: LOCAL, setUp: () => ({ scheduler: () => ImpatientScheduler }) },
];

describe.each(subjects)('$name', (subject) => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    it.skipIf(skip !== undefined)(name, run);
  }
});
