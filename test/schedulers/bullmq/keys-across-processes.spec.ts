import type { JobEntry } from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { useCompiledLibrary } from '../../support/compiled.js';
import { SharedRedis } from './support/shared-redis.js';

const library = useCompiledLibrary();

const PATIENCE = 90_000;
const HOUR = 3_600_000;

/** Two processes that only schedule, 50 calls each at once, over three queues. */
async function race(onConflict: 'keep' | 'replace' | 'reject', when: number) {
  const shared = await SharedRedis.create(library.folder);
  const [one, other] = await Promise.all([shared.start({ worker: false }), shared.start({ worker: false })]);
  const calls = [one, other].map((process) =>
    process.call<string[]>('race', 50, when, { key: 'k', onConflict }),
  );
  const fates = (await Promise.all(calls)).flat();
  const holder = await one.call<JobEntry>('get', { key: 'k' });
  return { fates, holder, counts: await other.call('counts') };
}

it.each([0, HOUR])(
  'keep: of 100 calls at once from two processes one is stored, and all get its id (due in %i ms)',
  async (when) => {
    const { fates, holder, counts } = await race('keep', when);

    expect(counts).toMatchObject({ scheduled: 1, cancelled: 0 });
    expect(new Set(fates)).toEqual(new Set([holder.id]));
  },
  PATIENCE,
);

it.each([0, HOUR])(
  'replace: each has an id of its own, and all but the last are cancelled (due in %i ms)',
  async (when) => {
    const { fates, holder, counts } = await race('replace', when);

    expect(counts).toMatchObject({ scheduled: 1, cancelled: 99 });
    expect(new Set(fates).size).toBe(100);
    expect(holder.state).toBe('scheduled');
    expect(fates).toContain(holder.id);
  },
  PATIENCE,
);

it.each([0, HOUR])(
  'reject: one is stored, and 99 get a DuplicateJobKeyError (due in %i ms)',
  async (when) => {
    const { fates, holder, counts } = await race('reject', when);

    expect(counts).toMatchObject({ scheduled: 1, cancelled: 0 });
    expect(fates.filter((fate) => fate === 'DuplicateJobKeyError')).toHaveLength(99);
    expect(fates).toContain(holder.id);
  },
  PATIENCE,
);

it(
  'an entry that runs in one process does not swallow what another schedules with its key, in any queue',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    const worker = await shared.start();
    const other = await shared.start({ worker: false });
    const running = await other.schedule('StepJob', ['running', 60_000], 0, { key: 'k' });
    await shared.line('begin', 'running', { pid: worker.pid });

    const next = await other.schedule('StepJob', ['next'], 0, { key: 'k', queue: 'other' });
    await shared.line('end', 'next');

    expect(next).not.toBe(running);
    expect(await other.call<JobEntry>('get', { key: 'k' })).toMatchObject({ id: next });
    expect(await worker.call<JobEntry>('get', running)).toMatchObject({ state: 'running', key: 'k' });
  },
  PATIENCE,
);
