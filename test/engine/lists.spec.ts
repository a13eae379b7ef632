import fc from 'fast-check';
import type { JobEntry, JobScheduler, JobState, ListFilter, StoredEntry } from 'nestjs-eventflow-jobs';
import { inProcessScheduler } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { describe, expect, it } from 'vitest';
import { newEntryId } from '../../lib/scheduling/entry-id.js';
import { kindOf } from '../../lib/schedulers/bullmq/entry-fields.js';
import { NoteJob, startMoveApp } from '../cli/support/move-jobs.js';
import { createStore } from '../cli/support/stores.js';
import { createPrefix, redisClient } from '../support/redis.js';

const NOW = Date.now();
const MINUTE = 60_000;
const COUNT = 240;
const NAMES = ['Note', 'Letter', 'Never'];
const COMMANDS = ['PayOrder', 'ShipOrder', 'Never'];
const QUEUES = ['default', 'mail', 'nowhere'];
const STATES: JobState[] = ['scheduled', 'failed', 'parked', 'succeeded'];

const SCHEDULERS = {
  'in-process': async () => inProcessScheduler(),
  sqlite: async () => (await createStore('sqlite')).scheduler(),
  'pg-boss': async () => (await createStore('pg-boss')).scheduler(),
  bullmq: async () => (await createStore('bullmq')).scheduler(),
};

/** Of many kinds, and scheduled at times that are not those at which they come into the store. */
function entryOf(index: number): StoredEntry {
  const isCommand = index % 3 === 0;
  const state = STATES[index % 7 === 0 ? 1 : index % 11 === 0 ? 2 : 0]!;
  return {
    id: newEntryId(NOW),
    name: isCommand ? 'PublishCommand' : NAMES[index % 2]!,
    version: 1 + (index % 2),
    ...(isCommand && { command: { name: COMMANDS[index % 2]!, version: 1 + (index % 4) } }),
    data: JSON.stringify({ json: { text: `${index}` } }),
    runAt: NOW + 60 * MINUTE,
    scheduledAt: NOW - ((index * 37) % COUNT) * MINUTE,
    queue: QUEUES[index % 5 === 0 ? 1 : 0]!,
    priority: 0,
    attempts: 3,
    metadata: {},
    state,
    attempt: 0,
    ...(state === 'parked' && { parked: { reason: 'refused', text: 'Too old.' } }),
    ...(state === 'failed' && {
      attempt: 3,
      finishedAt: NOW,
      lastError: { name: 'Error', message: 'no', attempt: 3, at: NOW },
    }),
    ...(index % 4 === 0 && { key: `order-${index % 16}`, holdsKey: index < 16 && state !== 'failed' }),
  };
}

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 });
const time = fc.integer({ min: -COUNT, max: 5 }).map((minutes) => new Date(NOW + minutes * MINUTE));
const filters = fc.record({
  state: maybe(fc.subarray(STATES, { minLength: 1 })),
  name: maybe(fc.constantFrom(...NAMES, 'PublishCommand')),
  command: maybe(fc.constantFrom(...COMMANDS)),
  key: maybe(fc.constantFrom('order-0', 'order-4', 'order', 'never')),
  queue: maybe(fc.constantFrom(...QUEUES)),
  scheduledFrom: maybe(time),
  scheduledBefore: maybe(time),
  order: fc.constantFrom('oldest-first' as const, 'newest-first' as const),
});

function fits(entry: JobEntry, { state, name, command, key, queue, ...filter }: ListFilter): boolean {
  const { scheduledFrom, scheduledBefore } = filter as { scheduledFrom?: Date; scheduledBefore?: Date };
  return (
    (state === undefined || [state].flat().includes(entry.state)) &&
    (name === undefined || entry.name === name) &&
    (command === undefined || entry.command?.name === command) &&
    (key === undefined || entry.key === key) &&
    (queue === undefined || entry.queue === queue) &&
    (scheduledFrom === undefined || entry.scheduledAt >= scheduledFrom) &&
    (scheduledBefore === undefined || entry.scheduledAt < scheduledBefore)
  );
}

async function listAll(scheduler: JobScheduler, filter: ListFilter): Promise<readonly JobEntry[]> {
  const { entries, cursor } = await scheduler.list(filter);
  return cursor === undefined ? entries : [...entries, ...(await listAll(scheduler, { ...filter, cursor }))];
}

async function expectRight(scheduler: JobScheduler, count: number): Promise<void> {
  const all = {
    'oldest-first': await listAll(scheduler, { limit: 500 }),
    'newest-first': await listAll(scheduler, { limit: 500, order: 'newest-first' }),
  };
  expect(all['oldest-first']).toHaveLength(count);
  expect(all['newest-first']).toEqual(all['oldest-first'].toReversed());

  await fc.assert(
    fc.asyncProperty(filters, fc.constantFrom(3, 50), async (filter, limit) => {
      const wanted = all[filter.order].filter((entry) => fits(entry, filter)).map(({ id }) => id);
      const found = await listAll(scheduler, { ...filter, limit });
      expect(found.map(({ id }) => id)).toEqual(wanted);
    }),
    { numRuns: 150 },
  );
}

describe.each(Object.keys(SCHEDULERS) as (keyof typeof SCHEDULERS)[])('A list of %s', (kind) => {
  it('has what fits its filters, in the order of all, page by page', { timeout: 120_000 }, async () => {
    const { scheduler } = await startMoveApp(await SCHEDULERS[kind](), { worker: { autoStart: false } });
    await scheduler['adoptEntries'](Array.from({ length: COUNT }, (_, index) => entryOf(index)));
    for (let index = 0; index < 20; index++) await scheduler.schedule(new NoteJob(`new ${index}`), '1h');
    await expectRight(scheduler, COUNT + 20);
  });
});

describe('A list of bullmq', () => {
  const SPAN = 600_000;

  /** One that looks at few entries at a time, so that it takes many steps where other lists take one. */
  async function lookingAtFew() {
    const { connection, prefix } = await createPrefix();
    const { scheduler } = await startMoveApp(bullMqScheduler({ connection, prefix }), {
      worker: { autoStart: false },
    });
    await scheduler.counts();
    const { access } = (scheduler as any).store;
    const run = access.run.bind(access);
    access.run = (name: string, args: unknown[] = []) => run(name, name === 'list' ? args.with(2, 5) : args);
    return { scheduler, client: redisClient(connection), key: (name: string) => `${prefix}:@${name}` };
  }

  it('is the same in many steps', { timeout: 120_000 }, async () => {
    const { scheduler } = await lookingAtFew();
    await scheduler['adoptEntries'](Array.from({ length: COUNT }, (_, index) => entryOf(index)));
    await expectRight(scheduler, COUNT);
  });

  it(
    'is the same where entries came over hours, and looks only where the time is',
    { timeout: 120_000 },
    async () => {
      const { scheduler, client, key } = await lookingAtFew();
      const entries = Array.from({ length: COUNT }, (_, index) => entryOf(index));
      const inOrder = entries.toSorted((a, b) => a.scheduledAt - b.scheduledAt);
      await scheduler['adoptEntries'](inOrder);
      // As they would lie there had they been scheduled at their times.
      await client.del(key('spans'), key('odd'));
      let last = 0;
      for (const { id, scheduledAt } of inOrder) {
        const span = Math.floor(scheduledAt / SPAN);
        if (span > last)
          await client.zadd(key('spans'), span, `${span}:${await client.zscore(key('all'), id)}`);
        last = span;
      }
      await expectRight(scheduler, COUNT);
    },
  );

  it('finds by kind and key what an earlier build has stored, and what was edited, after a while', async () => {
    const { scheduler, client, key } = await lookingAtFew();
    const [early, edited] = [entryOf(0), entryOf(4)];
    await scheduler['adoptEntries']([early, edited]);
    const earlier = [key('kinds'), `${key('kind')}/${kindOf(early)}`, `${key('keyed')}/${early.key}`];
    await client.del(...earlier, key('spans'));
    expect((await scheduler.list({ key: early.key! })).entries).toEqual([]);

    await (scheduler as any).store.prune();

    expect((await scheduler.list({ key: early.key! })).entries).toMatchObject([{ id: early.id }]);
    expect((await scheduler.list({ name: 'PublishCommand' })).entries).toMatchObject([{ id: early.id }]);
    expect(await scheduler.get({ key: early.key! })).toMatchObject({ id: early.id });
  });
});
