import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { NoteJob, behaviours, forget, ran } from './support/note.job.js';
import { Orders, startTransactional, write } from './support/transactional.js';

beforeEach(forget);

describe('what a job writes in its transaction', () => {
  it('is there with the completion, not before: by the context, and by JobTransaction', async () => {
    const { scheduler, orders, ended } = await startTransactional();
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
    const { scheduler, orders, ended } = await startTransactional();
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
    const { scheduler, orders, ended } = await startTransactional();
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

  it.each(['COMMIT', 'ROLLBACK', 'COMMIT; BEGIN', 'ROLLBACK; BEGIN'])(
    'is no success of a job that says %s itself, which is told why',
    async (ending) => {
      const { scheduler, orders, ended } = await startTransactional();
      behaviours.set('ends', async (context) => {
        await write(context, 'order');
        await (context.transaction as pg.Client).query(ending);
      });
      behaviours.set('innocent', async (context) => {
        await write(context, 'of the innocent');
      });

      const entry = await ended(await scheduler.scheduleNow(new NoteJob('ends')));
      expect(entry).toMatchObject({ state: 'failed', attempt: 1 });
      expect(entry.lastError?.message).toContain('has ended the transaction of `context.transaction`');
      expect(await ended(await scheduler.scheduleNow(new NoteJob('innocent')))).toMatchObject({
        state: 'succeeded',
      });
      expect(await orders()).toEqual(
        ending.startsWith('COMMIT') ? ['of the innocent', 'order'] : ['of the innocent'],
      );
    },
  );

  it('may be written by a library on that connection', async () => {
    const { scheduler, orders, ended } = await startTransactional();
    behaviours.set('a', async ({ transaction }) => {
      await drizzle(transaction as pg.Client).execute(sql`INSERT INTO orders VALUES ('by Drizzle')`);
    });

    expect(await ended(await scheduler.scheduleNow(new NoteJob('a')))).toMatchObject({ state: 'succeeded' });
    expect(await orders()).toEqual(['by Drizzle']);
  });
});
