import type { JobEntry, JobState } from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { SharedRedis } from './support/shared-redis.js';

const library = useCompiledLibrary();

const PATIENCE = 90_000;

it.each([2, 3])(
  'of 1,800 entries that %i processes schedule and work on each runs exactly once, and all processes take part',
  async (count) => {
    const shared = await SharedRedis.create(library.folder);
    const processes = await Promise.all(Array.from({ length: count }, () => shared.start()));

    await Promise.all(processes.map((one, index) => one.call('burst', `${index}.`, 1_800 / count, 1)));
    await expect
      .poll(() => processes[0]!.call<Record<JobState, number>>('counts'), { timeout: 30_000 })
      .toMatchObject({ scheduled: 0, running: 0, succeeded: 1_800 });

    const begun = shared.lines('begin');
    expect(begun).toHaveLength(1_800);
    expect(new Set(begun.map(({ name }) => name)).size).toBe(1_800);
    expect(new Set(begun.map(({ pid }) => pid)).size).toBe(count);
  },
  PATIENCE,
);

it(
  'what another process schedules begins at its time and not before, also where nothing was due for an hour',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    await shared.start();
    const producer = await shared.start({ worker: false });
    await producer.schedule('StepJob', ['much later'], 3_600_000);

    const late: number[] = [];
    for (let index = 0; index < 20; index++) {
      const due = (await producer.call<number>('now')) + 100;
      await producer.schedule('StepJob', [`a${index}`], 100);
      late.push((await shared.line('begin', `a${index}`)).at - due);
    }

    late.sort((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    expect(late[10]).toBeLessThan(50);
    expect(late[19]).toBeLessThan(500);
  },
  PATIENCE,
);

it(
  'an entry that is moved forward by another process wakes the worker that sleeps until its old time',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    await shared.start();
    const other = await shared.start({ worker: false });
    const late: number[] = [];
    for (let index = 0; index < 10; index++) {
      const id = await other.schedule('StepJob', [`a${index}`], 3_600_000);
      const due = (await other.call<number>('now')) + 50;
      expect(await other.call('reschedule', id, 50)).toBe(true);
      late.push((await shared.line('begin', `a${index}`)).at - due);
    }

    late.sort((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    expect(late[5]).toBeLessThan(50);
  },
  PATIENCE,
);

it(
  'a cancel in another process aborts the attempt where it runs',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    const worker = await shared.start();
    const other = await shared.start({ worker: false });
    const id = await other.schedule('StepJob', ['a', 60_000], 0, { key: 'k' });
    await shared.line('begin', 'a', { pid: worker.pid });

    const asked = Date.now();
    expect(await other.call('cancel', { key: 'k' })).toBe(true);

    const { at, more } = await shared.line('aborted', 'a', { pid: worker.pid });
    expect(more).toBe('JobCancelledError');
    // Whoever only looks around by himself takes up to two seconds.
    expect(at - asked).toBeLessThan(1_000);
    await until(async () => (await other.call<JobEntry>('get', id)).state === 'cancelled', 'its state');
  },
  PATIENCE,
);
