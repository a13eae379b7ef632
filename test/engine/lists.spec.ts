import fc from 'fast-check';
import type { JobEntry, JobScheduler, JobState, ListFilter, StoredEntry } from 'nestjs-eventflow-jobs';
import { inProcessScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { newEntryId } from '../../lib/scheduling/entry-id.js';
import { NoteJob, startMoveApp } from '../cli/support/move-jobs.js';
import { createStore } from '../cli/support/stores.js';

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

describe.each(Object.keys(SCHEDULERS) as (keyof typeof SCHEDULERS)[])('A list of %s', (kind) => {
  it('has what fits its filters, in the order of all, page by page', { timeout: 120_000 }, async () => {
    const { scheduler } = await startMoveApp(await SCHEDULERS[kind](), { worker: { autoStart: false } });
    await scheduler['adoptEntries'](Array.from({ length: COUNT }, (_, index) => entryOf(index)));
    for (let index = 0; index < 20; index++) await scheduler.schedule(new NoteJob(`new ${index}`), '1h');
    const all = {
      'oldest-first': await listAll(scheduler, { limit: 500 }),
      'newest-first': await listAll(scheduler, { limit: 500, order: 'newest-first' }),
    };
    expect(all['oldest-first']).toHaveLength(COUNT + 20);
    expect(all['newest-first']).toEqual(all['oldest-first'].toReversed());

    await fc.assert(
      fc.asyncProperty(filters, fc.constantFrom(3, 50), async (filter, limit) => {
        const wanted = all[filter.order].filter((entry) => fits(entry, filter)).map(({ id }) => id);
        const found = await listAll(scheduler, { ...filter, limit });
        expect(found.map(({ id }) => id)).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  });
});
