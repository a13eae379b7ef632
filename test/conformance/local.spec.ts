import { type Capability, instantScheduler, inProcessScheduler } from 'nestjs-eventflow-jobs';
import {
  type ConformanceSubject,
  TestJobScheduler,
  jobSchedulerConformance,
} from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it } from 'vitest';

const LOCAL: Capability[] = [
  'delay',
  'cancel',
  'reschedule',
  'query',
  'key',
  'recurring',
  'retry',
  'priority',
  'queues',
  'rate-limit',
  'pause',
];

/** The kit's jobs do nothing real that would be worth waiting for. */
class ImpatientScheduler extends TestJobScheduler {
  constructor() {
    super({ patience: 50 });
  }
}

const subjects: ConformanceSubject[] = [
  { name: 'instantScheduler()', capabilities: [], setUp: () => ({ scheduler: instantScheduler }) },
  { name: 'inProcessScheduler()', capabilities: LOCAL, setUp: () => ({ scheduler: inProcessScheduler }) },
  { name: 'TestJobScheduler', capabilities: LOCAL, setUp: () => ({ scheduler: () => ImpatientScheduler }) },
];

describe.each(subjects)('$name', (subject) => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    it.skipIf(skip !== undefined)(name, run);
  }
});

describe('the kit', () => {
  const cases = jobSchedulerConformance(subjects[0]!);

  it('has a case for each of the thirteen promises', () => {
    const promises = new Set(cases.map(({ name }) => Number.parseInt(name, 10)));
    expect([...promises]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('names each case once', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it('skips a case only for a capability that is not declared, and says which', () => {
    const everything = subjects[0]!;
    const all = jobSchedulerConformance({
      ...everything,
      capabilities: [...new Set(cases.flatMap(({ needs }) => needs))],
    });
    expect(all.filter(({ skip }) => skip !== undefined)).toEqual([]);
    for (const { needs, skip } of cases) {
      expect(skip === undefined).toBe(needs.length === 0);
      if (needs[0] !== undefined) expect(skip).toBe(`instantScheduler() does not declare '${needs[0]}'`);
    }
  });
});
