import { instantScheduler, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it } from 'vitest';
import { LOCAL } from './capabilities.js';

const inProcess: ConformanceSubject = {
  name: 'inProcessScheduler()',
  capabilities: LOCAL,
  setUp: () => ({ scheduler: inProcessScheduler }),
};
const instant: ConformanceSubject = {
  name: 'instantScheduler()',
  capabilities: [],
  setUp: () => ({ scheduler: instantScheduler }),
};

describe(inProcess.name, () => {
  for (const { name, skip, run } of jobSchedulerConformance(inProcess)) {
    it.skipIf(skip !== undefined)(name, run);
  }
});

describe('the kit', () => {
  const cases = jobSchedulerConformance(instant);

  it('has a case for each of the thirteen promises', () => {
    const promises = new Set(cases.map(({ name }) => Number.parseInt(name, 10)));
    expect([...promises]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('names each case once', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it('skips a case only for a capability that is not declared, and says which', () => {
    const all = jobSchedulerConformance({
      ...instant,
      capabilities: [...new Set(cases.flatMap(({ needs }) => needs))],
    });
    expect(all.filter(({ skip }) => skip !== undefined)).toEqual([]);
    for (const { needs, skip } of cases) {
      expect(skip === undefined).toBe(needs.length === 0);
      if (needs[0] !== undefined) expect(skip).toBe(`instantScheduler() does not declare '${needs[0]}'`);
    }
  });
});
