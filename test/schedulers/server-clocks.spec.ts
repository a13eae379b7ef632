import type { JobEntry } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { SharedRedis } from './bullmq/support/shared-redis.js';
import { SharedDatabase } from './pg-boss/support/shared-database.js';
import { useCompiledLibrary } from '../support/compiled.js';

const library = useCompiledLibrary();

const PATIENCE = 90_000;
const HOUR = 3_600_000;
/** Of the test, which has the same clock as the server. */
const DELAY = 400;

describe.each([
  ['PostgreSQL', () => SharedDatabase.create(library.folder)],
  ['Redis', () => SharedRedis.create(library.folder)],
])('%s has one clock for all processes', (_server, share) => {
  it.each([
    ['ahead', 'behind', HOUR],
    ['behind', 'ahead', -HOUR],
  ])(
    'a delay is kept where the producer is an hour %s and the worker an hour %s',
    async (_producer, _worker, off) => {
      const shared = await share();
      await shared.start({ clockOff: -off });
      const producer = await shared.start({ clockOff: off, worker: false });

      const asked = Date.now();
      const id = await producer.schedule('StepJob', ['a'], DELAY);
      const answered = Date.now();

      const { at } = await shared.line('begin', 'a');
      expect(at - asked).toBeGreaterThanOrEqual(DELAY);
      expect(at - answered).toBeLessThan(DELAY + 500);
      const { runAt } = await producer.call<JobEntry>('get', id);
      expect(new Date(runAt).getTime()).toBeGreaterThanOrEqual(asked + DELAY - 5);
      expect(new Date(runAt).getTime()).toBeLessThanOrEqual(answered + DELAY + 5);
    },
    PATIENCE,
  );

  it.each([
    ['forwards', HOUR],
    ['back', -HOUR],
  ])(
    'a clock that is set %s by an hour while the app runs changes no delay, in the producer or the worker',
    async (_, step) => {
      const shared = await share();
      const worker = await shared.start();
      const producer = await shared.start({ worker: false });
      const asked = Date.now();
      await producer.schedule('StepJob', ['before'], 2 * DELAY);
      for (const one of [worker, producer]) await one.call('setClock', step);

      const askedAgain = Date.now();
      await producer.schedule('StepJob', ['after'], DELAY);
      const answered = Date.now();

      const before = await shared.line('begin', 'before');
      const after = await shared.line('begin', 'after');
      expect(before.at - asked).toBeGreaterThanOrEqual(2 * DELAY);
      expect(after.at - askedAgain).toBeGreaterThanOrEqual(DELAY);
      expect(after.at - answered).toBeLessThan(DELAY + 500);
      await worker.call('idle', 50);
      expect(shared.lines('begin')).toHaveLength(2);
    },
    PATIENCE,
  );
});
