import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { beforeEach, describe, expect, it } from 'vitest';
import { startError } from '../../support/app.js';
import { createDatabase, createPool } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

describe('{ transactionalWork } and as many attempts at once as the worker may run', () => {
  it('leaves connections for what the jobs ask of the scheduler meanwhile', async () => {
    const { scheduler } = await startOn(
      { connectionString: await createDatabase(), transactionalWork: true },
      { worker: { concurrency: 20, queues: { own: { concurrency: 5 } } } },
    );
    const texts = Array.from({ length: 25 }, (_, index) => `a${index}`);
    for (const text of texts) {
      behaviours.set(text, async () => {
        await until(() => ran.length === 25, 'all to run at once');
        await scheduler.schedule(new NoteJob(`after ${text}`), '1h');
      });
    }

    await scheduler.scheduleMany(
      texts.map((text, index) => ({ job: new NoteJob(text), queue: index < 5 ? 'own' : 'default' })),
    );
    await until(async () => (await scheduler.counts()).succeeded === 25, 'all to have succeeded');

    expect(await scheduler.counts()).toMatchObject({ scheduled: 25, failed: 0 });
  });

  it.each(['max', 'pool'])('does not start where the app leaves none: %s', async (by) => {
    const url = await createDatabase();
    const pool = by === 'pool' ? { pool: openPool(url) } : { connectionString: url, max: 5 };

    const error = await startError({
      scheduler: pgBossScheduler({ ...pool, transactionalWork: true }),
      worker: { concurrency: 3, queues: { own: { concurrency: 2 } } },
    });

    expect(error.message).toMatch(/5 at once leave none of the pool's 5 .*`max` above 5.*`concurrency`/);
  });

  it('starts with one to spare', async () => {
    const pool = createPool(await createDatabase(), { max: 3 });
    const { scheduler, nest } = await startOn(
      { pool, transactionalWork: true },
      { worker: { concurrency: 2 } },
    );
    for (const text of ['a', 'b', 'c', 'd']) {
      behaviours.set(text, async () => void (await scheduler.schedule(new NoteJob(text), '1h')));
    }

    await scheduler.scheduleMany(['a', 'b', 'c', 'd'].map((text) => ({ job: new NoteJob(text) })));
    await until(async () => (await scheduler.counts()).succeeded === 4, 'all to have succeeded');

    await nest.close();
    await pool.end();
  });
});
