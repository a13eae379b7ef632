import { beforeEach, expect, it } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { NoteJob, behaviours, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

async function setUp(more: Parameters<typeof startOn>[1]) {
  const url = await createDatabase();
  const app = await startOn({ connectionString: url, lease: '1s' }, more);
  return { ...app, pool: openPool(url) };
}

it('a claim whose answer was lost is given back, and does not count as an attempt', async () => {
  const { scheduler, pool } = await setUp({ operationTimeout: '1s' });
  const attempts: number[] = [];
  behaviours.set('unheard', ({ attempt }) => void attempts.push(attempt));
  const id = await scheduler.schedule(new NoteJob('unheard'), '1h');

  await pool.query(
    `UPDATE pgboss.job SET state = 'active', start_after = now(), started_on = now() - interval '3 seconds',
      source_name = (SELECT id::text FROM pgboss.eventflow_workers) WHERE id = $1`,
    [id],
  );

  await expect.poll(() => attempts, { timeout: 10_000 }).toEqual([1]);
});

it('a claim of an attempt that goes on for long is kept', async () => {
  const { scheduler } = await setUp({ operationTimeout: '500ms' });
  behaviours.set('long', () => new Promise((resolve) => setTimeout(resolve, 3_000)));
  const id = await scheduler.scheduleNow(new NoteJob('long'));

  await expect.poll(async () => (await scheduler.get(id))?.state, { timeout: 10_000 }).toBe('succeeded');

  expect(ran).toEqual(['long']);
});

it('a worker that was silent only while the server was away keeps its place', async () => {
  const { pool } = await setUp({});
  const worker = async (lease: string) => {
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO pgboss.eventflow_workers (seen, lease, working_since)
        VALUES (pg_postmaster_start_time() - interval '3 days', $1, now()) RETURNING id`,
      [lease],
    );
    return rows[0]!.id;
  };
  const kept = await worker('2 days');
  const lost = await worker('0 seconds');
  const workers = async () =>
    (await pool.query<{ id: string }>('SELECT id FROM pgboss.eventflow_workers')).rows.map(({ id }) => id);

  await expect.poll(workers, { timeout: 10_000 }).not.toContain(lost);

  expect(await workers()).toContain(kept);
});

it('a recurring job that is scheduled again while it ticks goes on from that tick', async () => {
  const { scheduler, pool } = await setUp({ worker: false });
  await scheduler.scheduleRecurring('r', new NoteJob('tick'), { every: '1h' });
  const client = await pool.connect();
  await client.query('BEGIN');
  const { rows } = await client.query<{ next_run_at: number }>(
    'UPDATE pgboss.eventflow_recurring SET next_run_at = next_run_at + 3600000 RETURNING next_run_at',
  );
  const again = scheduler.scheduleRecurring('r', new NoteJob('tick'), { every: '1h' });
  await expect
    .poll(async () => {
      const waiting = await pool.query(
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      return waiting.rowCount;
    })
    .toBe(1);
  await client.query('COMMIT');
  client.release();
  await again;

  const after = await pool.query('SELECT next_run_at FROM pgboss.eventflow_recurring');

  expect(after.rows).toEqual(rows);
});
