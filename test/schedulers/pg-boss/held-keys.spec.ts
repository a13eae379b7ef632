import { SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { NoteJob, forget, openPool, startOn } from './support/note.job.js';

beforeEach(forget);

async function setUp(operationTimeout: '1s' | '10s') {
  const url = await createDatabase();
  const { scheduler } = await startOn({ connectionString: url }, { operationTimeout });
  const client = await openPool(url).connect();
  await client.query('BEGIN');
  const holder = await scheduler.schedule(new NoteJob('holder'), '1h', { key: 'k', transaction: client });
  return { scheduler, client, holder };
}

it('while a transaction that has taken a key is open, calls with that key wait for it, and others made with them do not fail', async () => {
  const { scheduler, client } = await setUp('1s');

  const calls = await Promise.allSettled([
    scheduler.schedule(new NoteJob('before'), '1h'),
    scheduler.schedule(new NoteJob('same key'), '1h', { key: 'k' }),
    scheduler.schedule(new NoteJob('after'), '1h'),
  ]);
  await client.query('ROLLBACK');
  client.release();

  expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((calls[1] as PromiseRejectedResult).reason).toBeInstanceOf(SchedulerUnavailableError);
});

it('with its commit the key is its own, and with its rollback that of the one which waited; in the order of the calls', async () => {
  for (const end of ['COMMIT', 'ROLLBACK']) {
    const { scheduler, client, holder } = await setUp('10s');
    const calls = Promise.all([
      scheduler.schedule(new NoteJob('same key'), '1h', { key: 'k' }),
      scheduler.schedule(new NoteJob('none'), '1h'),
    ]);
    // It has begun to wait when this is there: both were sent together.
    await expect.poll(async () => (await scheduler.counts()).scheduled).toBe(1);
    await client.query(end);
    client.release();

    const [waited, other] = await calls;
    expect(waited === holder).toBe(end === 'COMMIT');
    const { entries } = await scheduler.list();
    expect(entries.map(({ id }) => id)).toEqual([waited, other]);
  }
});
