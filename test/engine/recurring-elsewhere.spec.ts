import { type Job, JobVersion, RecurringJob } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { type StoreKind, createStore } from '../cli/support/stores.js';
import { startApp } from '../support/app.js';
import { until } from '../support/until.js';

let beats = 0;

@RecurringJob('heart', { every: '100ms' })
@JobVersion('Beat', 1)
class BeatJob implements Job {
  execute(): void {
    beats += 1;
  }
}

const KINDS: StoreKind[] = ['sqlite', 'pg-boss', 'bullmq'];

describe.each(KINDS)('a recurring job, on %s,', (kind) => {
  it(
    'is paused, run and resumed by a process that neither knows it nor works',
    { timeout: 60_000 },
    async () => {
      beats = 0;
      const store = await createStore(kind);
      const { nest } = await startApp({ jobs: [BeatJob], scheduler: store.scheduler() });
      const desk = await startApp({ jobs: [], scheduler: store.scheduler(), worker: false });
      await until(() => beats > 0, 'the first beat');
      expect(await desk.scheduler.listRecurring()).toMatchObject([{ id: 'heart' }]);

      expect(await desk.scheduler.pauseRecurring('heart')).toBe(true);
      const waiting = async () => {
        const { scheduled, running } = await desk.scheduler.counts();
        return scheduled + running;
      };
      await until(async () => (await waiting()) === 0, 'what was due before to end');
      const before = beats;
      const id = (await desk.scheduler.triggerRecurring('heart'))!;
      await until(async () => (await desk.scheduler.get(id))?.state === 'succeeded', 'the run by hand');
      // Ten beats would have come meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(beats).toBe(before + 1);
      expect(await desk.scheduler.listRecurring()).toMatchObject([{ id: 'heart', paused: true }]);

      expect(await desk.scheduler.resumeRecurring('heart')).toBe(true);
      await until(() => beats > before + 2, 'more beats');
      await desk.nest.close();
      await nest.close();
    },
  );
});
