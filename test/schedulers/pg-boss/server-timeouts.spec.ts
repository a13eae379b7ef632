import { SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { beforeEach, expect, it } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

it.each(['statement_timeout', 'lock_timeout'])(
  'what the server cuts off by its %s is told as a server that is not available, and workers go on afterwards',
  async (setting) => {
    const url = await createDatabase();
    const pool = openPool(url);
    await pool.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET ${setting} = '200ms'`);
    const { scheduler } = await startOn({ connectionString: url });
    await scheduler.scheduleNow(new NoteJob('before'));
    await until(() => ran.includes('before'), 'the worker');

    const blocker = await pool.connect();
    await blocker.query(`SET ${setting} = 0; BEGIN; LOCK TABLE pgboss.job`);
    const settled = await Promise.allSettled([
      scheduler.scheduleNow(new NoteJob('a')),
      scheduler.scheduleNow(new NoteJob('b')),
      scheduler.scheduleMany([{ job: new NoteJob('c') }, { job: new NoteJob('d') }]),
    ]);
    await blocker.query('ROLLBACK');
    blocker.release();
    for (const one of settled) {
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(SchedulerUnavailableError) });
      expect((one as PromiseRejectedResult).reason.message).toContain('timeout');
    }

    await scheduler.scheduleNow(new NoteJob('after'));
    await until(() => ran.includes('after'), 'the worker, again');
    expect(ran).toEqual(['before', 'after']);
  },
  30_000,
);
