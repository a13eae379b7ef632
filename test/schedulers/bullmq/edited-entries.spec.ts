import { beforeEach, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { JUNK, startEdited } from './support/edited.js';
import { NoteJob, forget, ran, startOn } from './support/note.job.js';

beforeEach(forget);

it('an entry whose hash is gone, or is something else, stops no worker', async () => {
  const { scheduler, client, prefix, behind, look } = await startEdited();
  await scheduler.pause();
  const ids = await scheduler.scheduleMany(
    ['gone', 'text', 'list', 'set'].map((text) => ({ job: new NoteJob(text), key: text, priority: 5 })),
  );
  const [gone, text, list, set] = ids.map((id) => `${prefix}:default:${id}`);
  await client.del(gone!, text!, list!, set!);
  await client.set(text!, 'text');
  await client.rpush(list!, 'list');
  await client.sadd(set!, 'set');

  await look(ids);
  for (const key of ['gone', 'text', 'list', 'set']) expect(await scheduler.get({ key })).toBeUndefined();
  const again = await scheduler.schedule(new NoteJob('again'), '1h', { key: 'text', onConflict: 'reject' });
  await scheduler.resume();
  await behind();

  expect(await scheduler.get({ key: 'text' })).toMatchObject({ id: again });
  expect(await scheduler.counts()).toMatchObject({ scheduled: 1, running: 0, failed: 3 });
  expect(await client.hget(text!, 'failedReason')).toMatch(/edited by hand/);
  expect(ran).toEqual(['behind']);
});

it('an entry that is refused leaves its key to others', async () => {
  const { scheduler, client, prefix, behind } = await startEdited();
  await scheduler.pause();
  const refused = await scheduler.scheduleNow(new NoteJob('refused'), { key: 'k' });
  await client.hdel(`${prefix}:default:${refused}`, 'kind');
  await scheduler.resume();
  await behind();

  const next = await scheduler.schedule(new NoteJob('next'), '1h', { key: 'k', onConflict: 'reject' });
  expect(await scheduler.get({ key: 'k' })).toMatchObject({ id: next, state: 'scheduled' });
  expect(await scheduler.counts()).toMatchObject({ scheduled: 1, failed: 1, cancelled: 0 });
});

it('a key that points nowhere, or to somebody else, is free', async () => {
  const { scheduler, client, prefix, behind } = await startEdited();
  const other = await scheduler.schedule(new NoteJob('other'), '1h');
  await client.hset(`${prefix}:@keys`, 'nowhere', 'no-such-entry', 'other', other, 'empty', '');

  for (const key of ['nowhere', 'other', 'empty'])
    await scheduler.schedule(new NoteJob('a'), '1h', { key, onConflict: 'reject' });
  await behind();

  expect(await scheduler.counts()).toMatchObject({ scheduled: 4 });
});

it('a recurring job that cannot be read stops no worker, no start, and no other recurring job', async () => {
  const { scheduler, client, prefix, connection } = await startEdited();
  await scheduler.scheduleRecurring('fine', new NoteJob('tick'), { every: '1s' });
  for (const [index, junk] of JUNK.entries())
    await client.hset(`${prefix}:@recurring`, `junk ${index}`, junk);
  await scheduler.scheduleRecurring('never', new NoteJob('never'), { every: '1s' });
  await client.hset(`${prefix}:@recurring-next`, 'junk 1', '1', 'junk 6', '1', 'never', 'x');

  const other = await startOn({ connection, prefix });
  ran.length = 0;
  await until(() => ran.length > 1, 'ticks');

  expect((await other.scheduler.listRecurring()).map(({ id }) => id)).toContain('fine');
}, 30_000);
