import type { ScheduleEntry } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { NoteJob, forget, openPool, startOn } from './support/note.job.js';

beforeEach(forget);

const KEYS = Array.from({ length: 50 }, (_, index) => `key ${index}`);

it.each(['keep', 'replace'] as const)(
  'two processes that schedule the same keys at once, each in an order of its own, do not get in each other’s way: %s',
  async (onConflict) => {
    const connectionString = await createDatabase();
    const apps = [
      await startOn({ connectionString }, { worker: false }),
      await startOn({ connectionString }, { worker: false }),
    ];
    const entries = (keys: readonly string[]): ScheduleEntry[] =>
      keys.map((key) => ({ job: new NoteJob(key), when: '1h', key, onConflict }));

    for (let round = 0; round < 20; round++) {
      const [one, other] = apps.map(({ scheduler }) => scheduler);
      await Promise.all([
        one!.scheduleMany(entries(KEYS)),
        other!.scheduleMany(entries(KEYS.toReversed())),
        ...KEYS.map((key) => one!.schedule(new NoteJob(key), '1h', { key, onConflict })),
        ...KEYS.toReversed().map((key) => other!.schedule(new NoteJob(key), '1h', { key, onConflict })),
      ]);
      for (const key of KEYS) if (onConflict === 'keep') await one!.cancel({ key });
    }

    const { entries: waiting } = await apps[0]!.scheduler.list({ state: 'scheduled' });
    expect(waiting.map(({ key }) => key!).toSorted()).toEqual(onConflict === 'keep' ? [] : KEYS.toSorted());
  },
  60_000,
);

it('sets of keys that overlap in part are replaced by calls, in transactions of the callers and by bursts, and nobody waits for ever', async () => {
  const connectionString = await createDatabase();
  const { scheduler } = await startOn({ connectionString }, { worker: false });
  const pool = openPool(connectionString);
  const replacing = (keys: readonly string[]): ScheduleEntry[] =>
    keys.map((key) => ({ job: new NoteJob(key), when: '1h', key, onConflict: 'replace' }));
  const inTransaction = async (keys: readonly string[]) => {
    const transaction = await pool.connect();
    await transaction.query('BEGIN');
    await scheduler.scheduleMany(replacing(keys), { transaction });
    await transaction.query('COMMIT');
    transaction.release();
  };

  for (let round = 0; round < 10; round++)
    await Promise.all([
      scheduler.scheduleMany(replacing(KEYS)),
      scheduler.scheduleMany(replacing(KEYS.slice(0, 25))),
      scheduler.scheduleMany(replacing(KEYS.slice(20).toReversed())),
      inTransaction(KEYS.slice(10, 40)),
      inTransaction(KEYS.toReversed()),
      ...KEYS.slice(0, 30).map((key) =>
        scheduler.schedule(new NoteJob(key), '1h', { key, onConflict: 'replace' }),
      ),
    ]);

  const { entries: waiting } = await scheduler.list({ state: 'scheduled' });
  expect(waiting.map(({ key }) => key!).toSorted()).toEqual(KEYS.toSorted());
}, 60_000);

it('of a call that replaces one key twice the last holds it, the others are cancelled', async () => {
  const connectionString = await createDatabase();
  const { scheduler } = await startOn({ connectionString }, { worker: false });
  const replacing = ['a', 'k', 'k', 'k'].map((key): ScheduleEntry => ({
    job: new NoteJob(key),
    when: '1h',
    key,
    onConflict: 'replace',
  }));

  await scheduler.scheduleMany(replacing);
  const ids = await scheduler.scheduleMany(replacing);

  expect(await scheduler.get({ key: 'k' })).toMatchObject({ id: ids[3], state: 'scheduled' });
  expect(await scheduler.get({ key: 'a' })).toMatchObject({ id: ids[0], state: 'scheduled' });
  expect(await scheduler.counts()).toMatchObject({ scheduled: 2, cancelled: 6 });
});
