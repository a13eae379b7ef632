import { DuplicateJobKeyError, InvalidScheduleError } from 'nestjs-eventflow-jobs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { errorOf } from '../../support/app.js';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { LIBRARIES } from './support/libraries.js';
import { NoteJob, forget, openPool, ran, startOn, withOrders } from './support/note.job.js';

/** By the word that the commit sends; whoever only looks around by himself takes up to two seconds. */
const SOON = 1_000;

beforeEach(forget);

describe.each(Object.entries(LIBRARIES))('in a transaction of %s', (_, open) => {
  async function setUp() {
    const url = await createDatabase();
    const orders = await withOrders(openPool(url));
    const app = await startOn({ connectionString: url });
    const library = await open(url);
    onTestFinished(async () => void (await library.close()));
    const { scheduler } = app;
    /** Whatever was due before this has been looked for when it resolves. */
    const others = async (text: string) => {
      await scheduler.scheduleNow(new NoteJob(text));
      await until(() => ran.includes(text), 'an entry outside of the transaction');
    };
    return { ...app, ...library, orders, others };
  }

  it('an entry is there with the commit and runs soon after, not before; and so are the rows of the caller', async () => {
    const { scheduler, transaction, orders, others } = await setUp();
    let id = '';

    await transaction(async (given) => {
      await given.insert('order');
      id = await scheduler.scheduleNow(new NoteJob('a'), { transaction: given.transaction });
      await others('before');
      expect(await scheduler.get(id)).toBeUndefined();
      expect(await orders()).toEqual([]);
    });
    const committed = performance.now();

    expect(await scheduler.get(id)).toMatchObject({ id });
    expect(await orders()).toEqual(['order']);
    await until(() => ran.includes('a'), 'the entry to run');
    expect(performance.now() - committed).toBeLessThan(SOON);
    expect(ran).toEqual(['before', 'a']);
  });

  it('with a rollback it was never there, and never ran', async () => {
    const { scheduler, transaction, orders, others } = await setUp();
    let id = '';

    const failure = transaction(async (given) => {
      await given.insert('order');
      id = await scheduler.scheduleNow(new NoteJob('a'), { transaction: given.transaction, key: 'k' });
      throw new Error('no');
    });
    await expect(failure).rejects.toThrow('no');
    await others('after');

    expect(ran).toEqual(['after']);
    expect(await orders()).toEqual([]);
    expect(await scheduler.get(id)).toBeUndefined();
    expect(await scheduler.get({ key: 'k' })).toBeUndefined();
  });

  it('keys hold, and a refusal leaves the transaction as it was', async () => {
    const { scheduler, transaction, orders } = await setUp();
    const standing = await scheduler.schedule(new NoteJob('standing'), '1h', { key: 'k' });
    const replaced = await scheduler.schedule(new NoteJob('replaced'), '1h', { key: 'r' });
    let replacing = '';

    await transaction(async ({ transaction: given, insert }) => {
      const options = { transaction: given, key: 'k' };
      expect(await scheduler.schedule(new NoteJob('b'), '2h', options)).toBe(standing);
      const reject = { ...options, onConflict: 'reject' } as const;
      await expect(scheduler.schedule(new NoteJob('c'), '2h', reject)).rejects.toThrow(DuplicateJobKeyError);
      const many = [
        { job: new NoteJob('d') },
        { job: new NoteJob('e'), key: 'r', onConflict: 'replace' as const },
      ];
      const refused = scheduler.scheduleMany(
        [...many, { job: new NoteJob('f'), key: 'k', onConflict: 'reject' }],
        { transaction: given },
      );
      await expect(refused).rejects.toThrow(DuplicateJobKeyError);
      replacing = await scheduler.schedule(new NoteJob('g'), '2h', {
        transaction: given,
        key: 'r',
        onConflict: 'replace',
      });
      await insert('order');
    });

    expect(await orders()).toEqual(['order']);
    const { entries } = await scheduler.list();
    expect(entries.map(({ id, state }) => [id, state])).toEqual([
      [standing, 'scheduled'],
      [replaced, 'cancelled'],
      [replacing, 'scheduled'],
    ]);
    expect(ran).toEqual([]);
  });

  it('what is no open transaction is refused, before anything is stored', async () => {
    const { scheduler, outside } = await setUp();

    for (const [name, transaction] of Object.entries(outside)) {
      const error = await errorOf(() => scheduler.scheduleNow(new NoteJob('a'), { transaction }));
      expect(error, name).toBeInstanceOf(InvalidScheduleError);
      expect(error.message).toMatch(/transaction/);
    }

    expect((await scheduler.list()).entries).toEqual([]);
  });
});

it('nonsense for a transaction is refused, before anything is stored', async () => {
  const { scheduler } = await startOn({ connectionString: await createDatabase() });

  const nonsense = [null, 1, 'BEGIN', true, {}, [], () => {}, { query: 'no function' }];
  for (const [index, transaction] of nonsense.entries()) {
    const error = await errorOf(() => scheduler.scheduleNow(new NoteJob('a'), { transaction }));
    expect(error, `number ${index}`).toBeInstanceOf(InvalidScheduleError);
  }

  expect((await scheduler.list()).entries).toEqual([]);
});
