import { type JobEntry, JobSerializationError, type ScheduleEntry } from 'nestjs-eventflow-jobs';
import { Client } from 'pg';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

const start = async (options = {}) => startOn({ connectionString: await createDatabase() }, options);

it('20,000 entries at once are all there, in order', async () => {
  const { scheduler } = await start({ operationTimeout: '30s' });

  const ids = await scheduler.scheduleMany(
    Array.from({ length: 20_000 }, (_, index) => ({ job: new NoteJob(String(index)), when: '1h' as const })),
  );

  expect(new Set(ids).size).toBe(20_000);
  expect(await scheduler.counts()).toMatchObject({ scheduled: 20_000 });
  const first = await scheduler.list({ limit: 10_000 });
  const second = await scheduler.list({ limit: 10_000, cursor: first.cursor! });
  expect([...first.entries, ...second.entries].map(({ id }) => id)).toEqual(ids);
  expect(second.cursor).toBeUndefined();
}, 60_000);

it('5,000 of single calls in bursts are listed each once, in the order of the calls, whatever ends meanwhile', async () => {
  const { scheduler } = await start();
  const ids: string[] = [];
  for (let burst = 0; burst < 5; burst++) {
    const calls = Array.from({ length: 1_000 }, (_, index) =>
      scheduler.schedule(new NoteJob(`${burst}.${index}`), '1h'),
    );
    ids.push(...(await Promise.all(calls)));
  }

  const listed: JobEntry[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await scheduler.list({ limit: 333, ...(cursor !== undefined && { cursor }) });
    listed.push(...page.entries);
    // What ends, and what comes, shifts nothing.
    await scheduler.cancel(listed[0]!.id);
    cursor = page.cursor;
    more = cursor !== undefined;
  }

  expect(listed.map(({ id }) => id)).toEqual(ids);
}, 60_000);

it('a payload of 1 MiB comes back whole, and above it is refused', async () => {
  const { scheduler } = await start();
  const text = '\u00e9\0"'.repeat(104_000);

  await scheduler.scheduleNow(new NoteJob(text));
  const refused = scheduler.scheduleNow(new NoteJob('x'.repeat(1024 * 1024)));

  await expect(refused).rejects.toThrow(JobSerializationError);
  await until(() => ran.length > 0);
  expect(ran).toEqual([text]);
});

it('explains why an entry has not run', async () => {
  const { scheduler, nest } = await start();
  await scheduler.pause('mail');
  const reasonOf = async (id: string) => (await scheduler.explain(id)).reason;

  const paused = await scheduler.scheduleNow(new NoteJob('a'), { queue: 'mail' });
  const waiting = await scheduler.schedule(new NoteJob('b'), '1h');
  const done = await scheduler.scheduleNow(new NoteJob('c'));
  await until(() => ran.length === 1);
  await until(async () => (await reasonOf(done)) === 'succeeded', 'it to succeed');

  expect(await reasonOf(paused)).toBe('paused');
  expect(await reasonOf(waiting)).toBe('not-due');
  await nest.close();
});

/** What the server is asked meanwhile is asked again, for how it would go about it. */
async function plansOf(connectionString: string, ask: () => Promise<unknown>): Promise<string[]> {
  const asked: [text: string, values: unknown[]][] = [];
  const asIs = Client.prototype.query;
  const query = vi.spyOn(Client.prototype, 'query');
  query.mockImplementation(function (this: Client, ...args: any[]) {
    const [text, values] = typeof args[0] === 'object' ? [args[0].text, args[0].values] : args;
    if (/^\s*(SELECT|WITH)/.test(text)) asked.push([text, Array.isArray(values) ? values : []]);
    return asIs.apply(this, args as never);
  });
  await ask();
  query.mockRestore();

  const client = new Client(connectionString);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('BEGIN');
  const plans: string[] = [];
  for (const [text, values] of asked) {
    if (!text.includes('FROM')) await client.query(text, values);
    else {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
  }
  return plans;
}

const startWithMany = async (connectionString: string) => {
  const app = await startOn({ connectionString }, { operationTimeout: '30s', worker: false });
  await app.scheduler.scheduleMany(
    Array.from({ length: 10_000 }, (_, index) => ({
      job: new NoteJob(String(index)),
      when: '1h' as const,
      queue: `queue-${index % 3}`,
    })),
  );
  return app;
};

it('pages and queues are read along indexes, straight after the entries came: there are no statistics of them yet', async () => {
  const connectionString = await createDatabase();
  const { scheduler } = await startWithMany(connectionString);

  const plans = await plansOf(connectionString, async () => {
    await scheduler.list({ order: 'newest-first', limit: 500 });
    await scheduler.list({ state: 'scheduled', limit: 10 });
    await scheduler.list({ name: 'Note', limit: 10 });
    await scheduler.list({ queue: 'queue-1', limit: 10 });
    await scheduler.queues();
    await scheduler.oldestDue();
  });

  expect(plans.filter((plan) => plan.includes('eventflow_due') || plan.includes('_i15')).length).toBe(6);
  // The page alone may be sorted, once it has been found.
  for (const plan of plans)
    expect(plan).not.toMatch(/Bitmap|Seq Scan on j|-> {2}Sort(?![^]*CTE Scan on a\b)/);
}, 60_000);

it.each(['failed', 'parked', 'running'] as const)(
  'the few that are %s are found without a look at the many others',
  async (state) => {
    const connectionString = await createDatabase();
    const { scheduler } = await startWithMany(connectionString);
    const pool = openPool(connectionString);

    const ask = () =>
      plansOf(connectionString, async () => {
        await scheduler.list({ state, limit: 10 });
        await scheduler.list({ state, limit: 10, order: 'newest-first', name: 'Note' });
      });
    const plans = [...(await ask()), ...(await pool.query('ANALYZE').then(ask))];

    expect(plans).toHaveLength(4);
    const index = { failed: /eventflow_failed/, parked: /eventflow_parked/, running: /_i7|_i14/ }[state];
    for (const plan of plans) {
      expect(plan).toMatch(index);
      expect(plan).not.toMatch(/Seq Scan|_i15|_pkey/);
    }
  },
  60_000,
);

it('who holds a key is found without a look at the many others that hold one', async () => {
  const connectionString = await createDatabase();
  const { scheduler } = await startOn({ connectionString }, { operationTimeout: '30s', worker: false });
  const keyed = (index: number): ScheduleEntry => ({
    job: new NoteJob(String(index)),
    when: '1h',
    key: `key ${index}`,
  });
  await scheduler.scheduleMany(Array.from({ length: 10_000 }, (_, index) => keyed(index)));
  const pool = openPool(connectionString);

  const ask = () =>
    plansOf(connectionString, async () => {
      await scheduler.scheduleMany([keyed(5), keyed(6)].map((one) => ({ ...one, onConflict: 'replace' })));
      await scheduler.schedule(new NoteJob('kept'), '1h', { key: 'key 7' });
      await scheduler.get({ key: 'key 8' });
      await scheduler.cancel({ key: 'key 9' });
    });
  const plans = [...(await ask()), ...(await pool.query('ANALYZE').then(ask))];

  const looking = plans.filter((plan) => plan.includes('singleton_key'));
  expect(looking.length).toBeGreaterThanOrEqual(8);
  for (const plan of looking) {
    expect(plan).not.toMatch(/Seq Scan on j/);
    // Not by the name of the queue alone, which they all have.
    expect(plan).not.toMatch(/Index Cond: \(\(?name = '[^']*'::text\)\n/);
  }
}, 60_000);

it('the few that wait are found without a look at the many that have ended', async () => {
  const connectionString = await createDatabase();
  const { scheduler } = await startWithMany(connectionString);
  const pool = openPool(connectionString);
  await pool.query(
    `UPDATE pgboss.job SET state = 'completed', completed_on = now() WHERE name = 'eventflow-jobs'`,
  );
  const due = await scheduler.schedule(new NoteJob('due'), '2h');
  const dueLater = await scheduler.schedule(new NoteJob('due later'), '3h');

  const states = { state: 'scheduled' } as const;
  const ask = () => plansOf(connectionString, () => scheduler.list({ ...states, order: 'newest-first' }));
  const plans = [...(await ask()), ...(await pool.query('ANALYZE').then(ask))];

  expect(plans).toHaveLength(2);
  // What would go through all of them is there, and is left out for as long as there are few.
  for (const plan of plans) expect(plan).toMatch(/eventflow_due[^]*_pkey[^]*One-Time Filter/);
  for (const plan of plans) expect(plan.split('_pkey')[0]).not.toMatch(/Seq Scan on j|_i15/);
  const idsOf = async (filter: object) =>
    (await scheduler.list({ ...states, ...filter })).entries.map(({ id }) => id);
  expect(await idsOf({})).toEqual([due, dueLater]);
  expect(await idsOf({ order: 'newest-first', limit: 1 })).toEqual([dueLater]);
  expect(await idsOf({ name: 'Nothing' })).toEqual([]);
}, 60_000);

it('what is parked is looked for without a look at the many others', async () => {
  const connectionString = await createDatabase();
  await startWithMany(connectionString);

  const plans = await plansOf(connectionString, async () => {
    await startOn({ connectionString });
  });

  const ofRelease = plans.filter((plan) => plan.includes('eventflow_parked'));
  expect(ofRelease).toHaveLength(1);
  expect(ofRelease[0]).not.toMatch(/Seq Scan|_i15|_pkey|Sort/);
}, 60_000);
