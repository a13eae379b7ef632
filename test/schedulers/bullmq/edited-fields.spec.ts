import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { EDITS, startEdited } from './support/edited.js';
import { NoteJob, behaviours, forget, ran } from './support/note.job.js';

beforeEach(forget);

describe('whatever field of an entry is edited, whatever it holds then,', () => {
  it('no worker stops, all can be looked at, and each that is due runs, is parked or fails with a reason', async () => {
    const { scheduler, edit, behind, look, listed } = await startEdited();
    await scheduler.pause();
    const ids = await scheduler.scheduleMany(EDITS.map(() => ({ job: new NoteJob('edited') })));
    for (const [index, id] of ids.entries()) await edit(id, EDITS[index]!);

    await look(ids);
    await scheduler.resume();
    await behind();
    await expect.poll(() => look([]), { timeout: 10_000 }).toMatchObject({ scheduled: 0, running: 0 });

    expect(ran.length).toBeGreaterThan(100);
    for (const { lastError, id } of await listed('failed')) expect(lastError?.message, id).toBeTruthy();
    const parked = await listed('parked');
    expect(parked.length).toBeGreaterThan(10);
    for (const { id } of parked) {
      // Some look as if they could run now, are let go, and parked again.
      const explained = async () => {
        const { reason, text } = await scheduler.explain(id);
        return reason === 'parked' && text;
      };
      expect(await until(explained, `why ${id} is parked`)).toMatch(/./);
    }
  }, 60_000);

  it('one that waits, or is parked, can be moved, cancelled and retried, or is refused without an error', async () => {
    const { scheduler, edit, behind, look, listed } = await startEdited();
    const ids = await scheduler.scheduleMany(
      EDITS.map((_, index) => ({ job: new NoteJob('edited'), when: '1h', key: `k${index}` }) as const),
    );
    for (const [index, id] of ids.entries()) await edit(id, EDITS[index]!);

    for (const id of ids) await scheduler.reschedule(id, '2h');
    for (const [index, id] of ids.entries()) {
      if (index % 2 === 0) await scheduler.reschedule(id, 0);
      else await scheduler.cancel(id);
    }
    await behind();
    const parked = await listed('parked');
    for (const [index, { id }] of parked.entries()) await edit(id, { ...EDITS[index]!, field: 'parked' });
    for (const { id } of parked) await scheduler.retry(id);
    await behind();
    for (const index of ids.keys())
      await scheduler.schedule(new NoteJob('next'), '1h', { key: `k${index}`, onConflict: 'replace' });

    await look(ids);
    expect((await scheduler.counts()).cancelled).toBeGreaterThan(100);
  }, 60_000);

  it('an attempt that runs meanwhile is settled or lost, and the worker goes on', async () => {
    const { scheduler, edit, behind } = await startEdited();
    for (let from = 0; from < EDITS.length; from += 10) {
      let goOn = () => {};
      const gate = new Promise<void>((resolve) => (goOn = resolve));
      ran.length = 0;
      behaviours.set('edited', () => gate);
      const some = EDITS.slice(from, from + 10);
      const ids = await scheduler.scheduleMany(some.map(() => ({ job: new NoteJob('edited') })));
      await until(() => ran.length === some.length, 'all to run');
      for (const [index, id] of ids.entries()) await edit(id, some[index]!);
      goOn();
      await behind();
    }
    await expect.poll(async () => (await scheduler.counts()).running, { timeout: 15_000 }).toBe(0);
  }, 60_000);
});
