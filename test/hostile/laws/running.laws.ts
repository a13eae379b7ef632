import fc from 'fast-check';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { made, nastyText, nastyValue } from '../support/arbitraries.js';
import type { Edge } from '../support/edge.js';
import { DeedJob, JudgedJob, deeds, forgetJudged, judged } from '../support/jobs.js';
import { expectOnePrintableLine } from '../support/law.js';

/** What comes out of jobs. */
export function runningLaws(edge: Edge): void {
  const failed = (id: string) =>
    until(async () => (await edge.scheduler.get(id))?.state === 'failed', 'the entry to fail');

  it('what jobs throw, and what they note', async () => {
    const { kept } = edge;
    const texts = made(fc.record({ name: nastyText, message: nastyText, stack: nastyText, note: nastyText }));
    await edge.always(texts, async ({ name, message, stack, note }) => {
      deeds.set('throw', (context) => {
        context.progress(0.5, note);
        throw Object.assign(new Error(message), { name, stack });
      });
      const id = await edge.scheduler.scheduleNow(new DeedJob('throw'), { attempts: 1 });
      await edge.app.sentinel();
      if (!edge.can('query')) return;
      await failed(id);
      const { lastError } = (await edge.scheduler.get(id))!;
      expect(lastError).toEqual({
        name: kept(name.slice(0, 255)),
        message: kept(message.slice(0, 2_000)),
        stack: kept(stack.slice(0, 8_000)),
      });
      expectOnePrintableLine((await edge.scheduler.explain(id)).text);
    });
    await edge.always(nastyValue, async (thrown) => {
      deeds.set('throw', ({ progress }) => {
        try {
          progress(thrown as number, thrown as string);
        } catch {
          // what cannot be made a text is the job's own mistake
        }
        throw thrown;
      });
      const id = await edge.scheduler.scheduleNow(new DeedJob('throw'), { attempts: 1 });
      await edge.app.sentinel();
      if (!edge.can('query')) return;
      await failed(id);
      expect((await edge.scheduler.get(id))!.lastError!.message).toEqual(expect.any(String));
    });
  });

  it('two entries of one key, whose data a schema refuses in the same moment', async () => {
    if (!edge.can('key') || edge.scheduler instanceof TestJobScheduler) return;
    forgetJudged();
    const ids: string[] = [];
    for (const number of [1, 2]) {
      ids.push(await edge.scheduler.scheduleNow(new JudgedJob(number), { key: 'judged' }));
      await until(() => judged.length === number, 'its schema to be asked');
    }
    for (const refuse of judged.splice(0)) refuse({ issues: [{ message: 'no' }] });
    for (const id of ids)
      await until(async () => (await edge.scheduler.get(id))?.state === 'parked', 'it to be parked');
    await edge.app.sentinel();
    for (const id of ids) expect(await edge.scheduler.cancel(id)).toBe(true);
  });
}
