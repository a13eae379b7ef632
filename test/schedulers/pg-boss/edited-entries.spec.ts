import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { EDITS, startEdited } from './support/edited.js';
import { NoteJob, behaviours, forget, ran } from './support/note.job.js';

beforeEach(forget);

describe('whatever column of an entry is edited, whatever it holds then,', () => {
  it('no worker stops, all can be looked at, and none is lost', async () => {
    const { scheduler, edit, behind, look, listed, again } = await startEdited();
    await scheduler.pause();
    const ids = await scheduler.scheduleMany(EDITS.map(() => ({ job: new NoteJob('edited') })));
    for (const [index, id] of ids.entries()) await edit(id, EDITS[index]!);

    await look(ids);
    await scheduler.resume();
    await behind();
    await look(ids);
    const parked = await listed('parked');
    expect(parked.length).toBeGreaterThan(10);
    for (const { id } of parked) {
      // Some look as if they could run now, are let go, and parked again; one whose kind alone was edited is mended, and runs.
      const explained = async () => {
        const { reason, text } = await scheduler.explain(id);
        return reason === 'succeeded' ? 'It ran.' : reason === 'parked' && text;
      };
      expect(await until(explained, `why ${id} is parked`)).toMatch(/./);
    }
    expect(ran.length).toBeGreaterThan(EDITS.length / 2);
    expect((await scheduler.list({ limit: 10_000 })).entries).toHaveLength(EDITS.length + 1);

    // Another process that starts on it.
    ran.length = 0;
    const other = await again();
    await other.scheduler.scheduleNow(new NoteJob('behind'), { priority: -1_000_000 });
    await until(() => ran.includes('behind'), 'what lies behind');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, 60_000);

  it('one that waits can be moved, cancelled, retried and replaced, or is refused without an error', async () => {
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
    for (const { id } of await listed('parked')) await scheduler.retry(id);
    await behind();
    for (const index of ids.keys())
      await scheduler.schedule(new NoteJob('next'), '1h', { key: `k${index}`, onConflict: 'replace' });

    await look(ids);
    expect((await scheduler.counts()).cancelled).toBeGreaterThan(EDITS.length / 3);
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

it('a recurring job that cannot be read stops no worker, no start, and no other recurring job', async () => {
  const { scheduler, pool, again } = await startEdited();
  await scheduler.scheduleRecurring('fine', new NoteJob('tick'), { every: '1s' });
  const junk = [
    '',
    '{',
    'null',
    '7',
    '[]',
    '{}',
    '{"stored":{}}',
    '{"stored":{"name":"Note"},"schedule":null}',
  ];
  junk.push('{"stored":{"name":"Note","version":1,"data":"x"},"schedule":{"cron":"never"},"anchor":"x"}');
  for (const [index, definition] of junk.entries())
    await pool.query('INSERT INTO pgboss.eventflow_recurring VALUES ($1, $2, false, $3)', [
      `junk ${index}`,
      definition,
      ['NaN', 'Infinity', 1][index % 3],
    ]);

  const other = await again();
  ran.length = 0;
  await until(() => ran.filter((text) => text === 'tick').length > 1, 'ticks');

  expect((await other.scheduler.listRecurring()).map(({ id }) => id)).toContain('fine');
}, 30_000);
