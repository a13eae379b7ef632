import { PgBoss } from 'pg-boss';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

/** An app's own pg-boss, whose rounds come as often as it allows. */
async function startBoss(connectionString: string): Promise<PgBoss> {
  const often = { superviseIntervalSeconds: 1, monitorIntervalSeconds: 1, maintenanceIntervalSeconds: 1 };
  const boss = new PgBoss({ connectionString, ...often });
  boss.on('error', () => {});
  onTestFinished(() => boss.stop({ graceful: false }));
  await boss.start();
  return boss;
}

it("another app's pg-boss in the same schema leaves our entries alone, and ours its jobs", async () => {
  const url = await createDatabase();
  const pool = openPool(url);
  const boss = await startBoss(url);
  await boss.createQueue('own', { expireInSeconds: 1, retryLimit: 0 });
  const { scheduler } = await startOn({ connectionString: url });
  let isOver = false;
  behaviours.set('running', () => until(() => isOver).then(() => {}));
  behaviours.set('failing', () => Promise.reject(new Error('no')));

  const running = await scheduler.scheduleNow(new NoteJob('running'));
  const done = await scheduler.scheduleNow(new NoteJob('done'));
  const failing = await scheduler.scheduleNow(new NoteJob('failing'), { attempts: 1 });
  const retrying = await scheduler.scheduleNow(new NoteJob('failing'), {
    backoff: { type: 'fixed', delay: '1h' },
  });
  const later = await scheduler.schedule(new NoteJob('later'), '10 days');
  await until(() => ran.length === 4, 'all that is due to have begun');
  await until(async () => (await scheduler.counts()).failed === 1, 'the last attempt to have failed');
  const theirs = {
    waiting: await boss.send('own', {}, { startAfter: 3600 }),
    expiring: await boss.send('own'),
  };
  await boss.fetch('own');
  // What began and ended long ago by the rules of its defaults, though not by ours.
  await pool.query(
    `UPDATE pgboss.job SET created_on = created_on - interval '3 days', started_on = started_on - interval '3 days',
      completed_on = completed_on - interval '3 days' WHERE name <> 'own'`,
  );

  // Its own job, which its round has failed, shows that it was there: twice, so that one began after all this.
  for (let round = 0; round < 2; round++) {
    await until(
      async () => (await boss.findJobs('own')).find(({ state }) => state === 'failed'),
      'its round',
    );
    await pool.query("UPDATE pgboss.job SET state = 'active', completed_on = NULL WHERE id = $1", [
      theirs.expiring,
    ]);
  }

  const states = await Promise.all(
    [running, done, failing, retrying, later].map(async (id) => (await scheduler.get(id))?.state),
  );
  expect(states).toEqual(['running', 'succeeded', 'failed', 'scheduled', 'scheduled']);
  isOver = true;
  await until(async () => (await scheduler.get(running))?.state === 'succeeded', 'the running one to end');
  expect(await scheduler.get(running)).toMatchObject({ attempt: 1 });
  const jobs = await boss.findJobs('own');
  expect(new Set(jobs.map(({ id }) => id))).toEqual(new Set(Object.values(theirs)));
}, 60_000);

it('ours are kept for as long as `retention` says, and theirs as long as theirs', async () => {
  const url = await createDatabase();
  const pool = openPool(url);
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  boss.on('error', () => {});
  onTestFinished(() => boss.stop({ graceful: false }));
  await boss.start();
  await boss.createQueue('own');
  const theirs = await boss.send('own');
  await boss.complete('own', theirs!, undefined, { includeQueued: true });
  await pool.query("UPDATE pgboss.job SET completed_on = completed_on - interval '30 days'");
  const { scheduler } = await startOn({ connectionString: url, lease: '1s', retention: { age: '1s' } });

  const id = await scheduler.scheduleNow(new NoteJob('a'));
  await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'it to succeed');
  await pool.query(
    "UPDATE pgboss.job SET completed_on = completed_on - interval '2 seconds' WHERE name <> 'own'",
  );

  await expect.poll(() => scheduler.get(id), { timeout: 20_000 }).toBeUndefined();
  expect(await boss.findJobs('own')).toMatchObject([{ id: theirs }]);
}, 60_000);
