import { Injectable } from '@nestjs/common';
import type { JobContext } from 'nestjs-eventflow-jobs';
import { JobTransaction } from 'nestjs-eventflow-jobs/pg-boss';
import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, openPool, ran, startOn, withOrders } from './support/note.job.js';

beforeEach(forget);

const INSERT = 'INSERT INTO orders VALUES ($1)';
const write = ({ transaction }: JobContext, text: string) => (transaction as pg.Client).query(INSERT, [text]);

/** Has no context of its own. */
@Injectable()
class Orders {
  constructor(private readonly transaction: JobTransaction) {}

  save(text: string) {
    return (this.transaction.client as pg.Client).query(INSERT, [text]);
  }
}

async function setUp(options: object = {}) {
  const url = await createDatabase();
  const orders = await withOrders(openPool(url));
  const app = await startOn(
    { connectionString: url, transactionalWork: true, ...options },
    {},
    { providers: [Orders, JobTransaction] },
  );
  const { scheduler } = app;
  const ended = async (id: string) => {
    const isOver = async () => {
      const entry = await scheduler.get(id);
      return ['succeeded', 'failed', 'cancelled'].includes(entry!.state) ? entry : undefined;
    };
    return until(isOver, 'the entry to end');
  };
  return { ...app, url, orders, ended };
}

describe('what a job writes in its transaction', () => {
  it('is there with the completion, not before: by the context, and by JobTransaction', async () => {
    const { scheduler, orders, ended } = await setUp();
    let seen: string[] | undefined;
    behaviours.set('a', async (context) => {
      await write(context, 'by context');
      await context.get(Orders).save('by service');
      seen = await orders();
    });

    const id = await scheduler.scheduleNow(new NoteJob('a'));

    expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(seen).toEqual([]);
    expect(await orders()).toEqual(['by context', 'by service']);
  });

  it('is not there where the job throws, nor is what it scheduled in the transaction', async () => {
    const { scheduler, orders, ended } = await setUp();
    behaviours.set('a', async (context) => {
      await write(context, 'order');
      await scheduler.scheduleNow(new NoteJob('next'), { transaction: context.transaction });
      throw new Error('no');
    });

    const id = await scheduler.scheduleNow(new NoteJob('a'), {
      attempts: 2,
      backoff: { type: 'fixed', delay: 1 },
    });

    expect(await ended(id)).toMatchObject({ state: 'failed', attempt: 2, lastError: { message: 'no' } });
    expect(await orders()).toEqual([]);
    expect((await scheduler.list()).entries).toHaveLength(1);
    expect(ran).toEqual(['a', 'a']);
  });

  it('that the commit refuses fails the attempt, by its policy', async () => {
    const { scheduler, orders, ended } = await setUp();
    behaviours.set('a', async (context) => {
      await write(context, 'same');
      await write(context, 'same');
    });
    const began = performance.now();

    const id = await scheduler.scheduleNow(new NoteJob('a'), {
      attempts: 3,
      backoff: { type: 'fixed', delay: '200ms' },
    });

    const entry = await ended(id);
    expect(entry).toMatchObject({ state: 'failed', attempt: 3 });
    expect(entry.lastError!.message).toMatch(/unique/);
    expect(performance.now() - began).toBeGreaterThanOrEqual(400);
    expect(ran).toEqual(['a', 'a', 'a']);
    expect(await orders()).toEqual([]);
  });

  it('after its timeout is refused, and nothing of the attempt is there', async () => {
    const { scheduler, orders, ended } = await setUp({ max: 12 });
    let late: unknown;
    behaviours.set('a', async (context) => {
      await write(context, 'early');
      const { transaction } = context;
      await until(() => context.signal.aborted);
      await ended(context.id);
      late = await write({ transaction } as JobContext, 'late').catch((error: unknown) => error);
    });

    const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1, timeout: '100ms' });

    expect(await ended(id)).toMatchObject({ state: 'failed', lastError: { name: 'JobTimeoutError' } });
    await until(() => late, 'the late write');
    expect(String(late)).toMatch(/the attempt is over/i);
    expect(await orders()).toEqual([]);
  });

  it('takes as long as it takes: the limit of a call to the scheduler is none for a job', async () => {
    const url = await createDatabase();
    const { scheduler } = await startOn(
      { connectionString: url, transactionalWork: true },
      { operationTimeout: '500ms' },
    );
    behaviours.set(
      'a',
      async ({ transaction }) => void (await (transaction as pg.Client).query('SELECT pg_sleep(1)')),
    );

    const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1 });
    const isOver = async () => ['succeeded', 'failed'].includes((await scheduler.get(id))!.state);
    await until(isOver, 'the entry to end');

    expect(await scheduler.get(id)).toMatchObject({ state: 'succeeded' });
  });
});
