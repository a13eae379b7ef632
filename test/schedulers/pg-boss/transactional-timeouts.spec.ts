import type { JobContext } from 'nestjs-eventflow-jobs';
import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget } from './support/note.job.js';
import { startTransactional, write } from './support/transactional.js';

beforeEach(forget);

describe('what a job writes in its transaction', () => {
  it('after its timeout is refused, and nothing of the attempt is there', async () => {
    const { scheduler, orders, ended } = await startTransactional();
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

  it('holds up nothing by a statement that goes on after the timeout', async () => {
    const { scheduler, orders, ended } = await startTransactional();
    behaviours.set('a', async (context) => {
      await write(context, 'order');
      await (context.transaction as pg.Client).query('SELECT pg_sleep(30)').catch(() => {});
    });
    const began = performance.now();

    const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1, timeout: '100ms' });

    expect(await ended(id)).toMatchObject({ state: 'failed' });
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(await orders()).toEqual([]);
  });

  it('takes as long as it takes: the limit of a call to the scheduler is none for a job', async () => {
    const { scheduler, ended } = await startTransactional({ operationTimeout: '500ms' });
    behaviours.set(
      'a',
      async ({ transaction }) => void (await (transaction as pg.Client).query('SELECT pg_sleep(1)')),
    );

    const id = await scheduler.scheduleNow(new NoteJob('a'), { attempts: 1 });
    expect(await ended(id)).toMatchObject({ state: 'succeeded' });
  });
});
