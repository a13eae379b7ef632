import { expect, it } from 'vitest';
import { OwnInserts } from '../../../lib/schedulers/bullmq/own-inserts.js';

const ENTRIES = [{ id: 'a' }, { id: 'b' }];

function setUp() {
  const inserts = new OwnInserts();
  const call = Promise.withResolvers<string>();
  const order: string[] = [];
  const caller = inserts
    .follow(ENTRIES, call.promise)
    // As far from the answer as the scheduler that tells of it.
    .then((answer) => Promise.resolve(answer))
    .then(
      () => order.push('scheduled'),
      () => order.push('refused'),
    );
  return { inserts, call, order, caller };
}

it('a claim of what this process just scheduled is handed on after its caller was told', async () => {
  const { inserts, call, order } = setUp();
  const claim = inserts.answered([{ id: 'b' }]).then(() => order.push('started'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual([]);

  call.resolve('stored');
  await claim;

  expect(order).toEqual(['scheduled', 'started']);
});

it('also where the call fails, which does not mean that nothing was stored', async () => {
  const { inserts, call, order } = setUp();
  const claim = inserts.answered(ENTRIES).then(() => order.push('started'));

  call.reject(new Error('lost'));
  await claim;

  expect(order).toEqual(['refused', 'started']);
});

it('what others scheduled, or was answered before, waits for nothing', async () => {
  const { inserts, call, caller } = setUp();

  await inserts.answered([{ id: 'of another' }]);
  call.resolve('stored');
  await caller;
  await inserts.answered(ENTRIES);
});
