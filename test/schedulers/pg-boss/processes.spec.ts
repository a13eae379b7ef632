import type { JobEntry, JobState } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { SharedDatabase } from './support/shared-database.js';

const library = useCompiledLibrary();

const share = () => SharedDatabase.create(library.folder);
const PATIENCE = 90_000;

describe('with three processes on one database', () => {
  it(
    'each of 2,000 entries runs exactly once, whoever scheduled it',
    async () => {
      const shared = await share();
      const processes = await Promise.all([shared.start(), shared.start(), shared.start()]);

      await Promise.all(
        processes.map((one, index) => one.call('burst', `${index}.`, index === 0 ? 800 : 600, 0)),
      );
      await expect
        .poll(() => processes[0].call<Record<JobState, number>>('counts'), { timeout: 30_000 })
        .toMatchObject({ scheduled: 0, running: 0, succeeded: 2_000 });

      const begun = shared.lines('begin').map(({ name }) => name);
      expect(new Set(begun).size).toBe(2_000);
      expect(begun).toHaveLength(2_000);
      expect(new Set(shared.lines('begin').map(({ pid }) => pid)).size).toBe(3);
    },
    PATIENCE,
  );

  it(
    'a recurring job runs once a tick, at its time and not before',
    async () => {
      const shared = await share();
      const options = { recurring: { every: '1s', missed: 'skip' as const } };
      await Promise.all([shared.start(options), shared.start(options), shared.start(options)]);
      await expect.poll(() => shared.lines('tick').length, { timeout: 30_000 }).toBeGreaterThanOrEqual(6);

      const ticks = shared
        .lines('tick')
        .map(({ name, at }) => ({ tick: Number(name), late: at - Number(name) }));

      const times = ticks.map(({ tick }) => tick).toSorted((a, b) => a - b);
      expect(times).toEqual(times.map((_, index) => times[0]! + index * 1_000));
      expect(Math.min(...ticks.map(({ late }) => late))).toBeGreaterThanOrEqual(0);
      expect(Math.max(...ticks.map(({ late }) => late))).toBeLessThan(900);
    },
    PATIENCE,
  );
});

describe('between two processes', () => {
  it(
    'what one schedules for later begins in the other at its time and not before, without a poll',
    async () => {
      const shared = await share();
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
    'a cancel aborts the attempt where it runs, within a second',
    async () => {
      const shared = await share();
      const worker = await shared.start();
      const other = await shared.start({ worker: false });
      const id = await other.schedule('StepJob', ['a', 60_000], 0, { key: 'k' });
      await shared.line('begin', 'a', { pid: worker.pid });

      const asked = Date.now();
      expect(await other.call('cancel', { key: 'k' })).toBe(true);

      const { at, more } = await shared.line('aborted', 'a', { pid: worker.pid });
      expect(more).toBe('JobCancelledError');
      expect(at - asked).toBeLessThan(1_000);
      await until(async () => (await other.call<JobEntry>('get', id)).state === 'cancelled', 'its state');
    },
    PATIENCE,
  );
});
