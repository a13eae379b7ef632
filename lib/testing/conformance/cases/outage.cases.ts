import { SchedulerUnavailableError } from '../../../scheduling/scheduling.errors.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkRejects, fail } from '../expect.js';
import { ProbeJob } from '../probe.job.js';

export const outageCases: CaseDefinition[] = [
  {
    promise: 11,
    title:
      'while the store is away callers get a SchedulerUnavailableError in time; then all goes on by itself',
    needs: ['durable', 'delay'],
    async prove({ open, store }) {
      const lab = await open({ operationTimeout: '1s' });
      const outage =
        store.outage?.bind(store) ?? fail("the subject's store has no outage() to prove this with");
      await lab.scheduler.schedule(new ProbeJob('before'), 1_500);
      await outage(async () => {
        const began = performance.now();
        await checkRejects(
          SchedulerUnavailableError,
          () => lab.scheduler.scheduleNow(new ProbeJob('during')),
          'a call while the store is away',
        );
        const waited = performance.now() - began;
        check(waited < 3_000, `the caller waited ${Math.round(waited)} ms with an operationTimeout of 1 s`);
      });
      await lab.scheduler.scheduleNow(new ProbeJob('after'));
      await lab.until('what was scheduled before and after', () =>
        ['before', 'after'].every((name) => lab.probes.of(name).length === 1),
      );
    },
  },
];
