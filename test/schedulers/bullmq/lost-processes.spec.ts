import type { JobEntry, JobState } from 'nestjs-eventflow-jobs';
import { expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { SharedRedis } from './support/shared-redis.js';

const library = useCompiledLibrary();

const PATIENCE = 90_000;

it(
  'what a killed process ran begins again after its lease and not before, as the next attempt; used-up attempts fail',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    const first = await shared.start({ lease: '2s' });
    const names = ['a', 'b', 'c'];
    for (const name of names) await first.schedule('StepJob', [name, 60_000], 0);
    const last = await first.schedule('StepJob', ['last', 60_000], 0, { attempts: 1 });
    for (const name of [...names, 'last']) await shared.line('begin', name, { pid: first.pid, attempt: 1 });
    const second = await shared.start({ lease: '2s' });
    // It has shown that it lives since.
    await first.call('idle', 1_000);

    await first.kill();
    const killed = Date.now();

    for (const name of names) {
      const again = await shared.line('begin', name, { attempt: 2 });
      expect(again.pid).toBe(second.pid);
      // The last sign of life was at most a third of the lease ago.
      expect(again.at - killed).toBeGreaterThan(1_200);
      expect(again.at - killed).toBeLessThan(6_000);
    }
    await shared.line('failed', last, { pid: second.pid });
    expect(await second.call<JobEntry>('get', last)).toMatchObject({
      state: 'failed',
      attempt: 1,
      lastError: { name: 'WorkerLostError' },
      failures: [{ name: 'WorkerLostError', attempt: 1 }],
    });
    expect(shared.lines('begin', 'last')).toHaveLength(1);
  },
  PATIENCE,
);

it(
  'an entry that its process was told to stop, and which dies with it, ends as cancelled',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    const first = await shared.start({ lease: '1s' });
    const id = await first.schedule('StepJob', ['a', 60_000], 0);
    await shared.line('begin', 'a', { pid: first.pid });
    const second = await shared.start({ lease: '1s' });
    first.signal('SIGSTOP');

    expect(await second.call('cancel', { id })).toBe(true);
    await first.kill();

    await until(async () => (await second.call<JobEntry>('get', id)).state === 'cancelled', 'its end');
    expect(shared.lines('begin')).toHaveLength(1);
  },
  PATIENCE,
);

it(
  'a process that stood still for longer than its lease changes nothing by its late finish, and works on',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    const first = await shared.start({ lease: '1s' });
    const id = await first.schedule('StepJob', ['a', 2_000], 0);
    await shared.line('begin', 'a', { pid: first.pid, attempt: 1 });
    first.signal('SIGSTOP');
    const second = await shared.start({ lease: '1s' });
    await shared.line('end', 'a', { pid: second.pid, attempt: 2 });
    const finished = await until(async () => {
      const entry = await second.call<JobEntry>('get', id);
      return entry.state === 'succeeded' && entry;
    }, 'the end to be written down');

    first.signal('SIGCONT');
    await first.call('burst', 'after.', 100, 1);
    await expect
      .poll(() => second.call<Record<JobState, number>>('counts'), { timeout: 30_000 })
      .toMatchObject({ scheduled: 0, running: 0, succeeded: 101, failed: 0 });
    await second.close();
    await first.call('burst', 'alone.', 20, 1);
    await expect
      .poll(() => first.call<Record<JobState, number>>('counts'), { timeout: 30_000 })
      .toMatchObject({ scheduled: 0, running: 0, succeeded: 121 });

    expect(await first.call<JobEntry>('get', id)).toEqual(finished);
    expect(finished).toMatchObject({ attempt: 2 });
    const begun = shared.lines('begin').map(({ name, attempt }) => `${name} ${attempt}`);
    expect(new Set(begun).size).toBe(begun.length);
  },
  PATIENCE,
);

it(
  'the late word of a process that stood still does not end the attempt that runs elsewhere by then',
  async () => {
    const shared = await SharedRedis.create(library.folder);
    const first = await shared.start({ lease: '1s' });
    const id = await first.schedule('StepJob', ['a', 9_000], 0);
    await shared.line('begin', 'a', { pid: first.pid, attempt: 1 });
    first.signal('SIGSTOP');
    const second = await shared.start({ lease: '1s' });
    await shared.line('begin', 'a', { pid: second.pid, attempt: 2 });

    first.signal('SIGCONT');
    await shared.line('aborted', 'a', { pid: first.pid, attempt: 1 });
    // Written down in the same call as the first one's word, or later.
    await first.schedule('StepJob', ['after'], 0);
    await shared.line('end', 'after');

    expect(await second.call<JobEntry>('get', id)).toMatchObject({ state: 'running', attempt: 2 });
    await shared.line('end', 'a', { pid: second.pid, attempt: 2 });
    await until(async () => (await first.call<JobEntry>('get', id)).state === 'succeeded', 'its end');
    expect(shared.lines('begin', 'a')).toHaveLength(2);
  },
  PATIENCE,
);
