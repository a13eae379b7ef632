import { expect, it } from 'vitest';
import { OwnInserts } from '../../../lib/schedulers/bullmq/own-inserts.js';

const ENTRIES = [{ id: 'a' }, { id: 'b' }];

function setUp() {
  const inserts = new OwnInserts();
  let resolve: (answer: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const call = new Promise<string>((...ways) => ([resolve, reject] = ways));
  const order: string[] = [];
  const caller = inserts
    .follow(ENTRIES, call)
    // As far from the answer as the scheduler that tells of it.
    .then((answer) => Promise.resolve(answer))
    .then(
      () => order.push('scheduled'),
      () => order.push('refused'),
    );
  return { inserts, resolve, reject, order, caller };
}

it('a claim of what this process just scheduled is handed on after its caller was told', async () => {
  const { inserts, resolve, order } = setUp();
  const claim = inserts.answered([{ id: 'b' }]).then(() => order.push('started'));
  await new Promise((next) => setImmediate(next));
  expect(order).toEqual([]);

  resolve('stored');
  await claim;

  expect(order).toEqual(['scheduled', 'started']);
});

it('also where the call fails, which does not mean that nothing was stored', async () => {
  const { inserts, reject, order } = setUp();
  const claim = inserts.answered(ENTRIES).then(() => order.push('started'));

  reject(new Error('lost'));
  await claim;

  expect(order).toEqual(['refused', 'started']);
});

it('what others scheduled, or was answered before, waits for nothing', async () => {
  const { inserts, resolve, caller } = setUp();

  await inserts.answered([{ id: 'of another' }]);
  resolve('stored');
  await caller;
  await inserts.answered(ENTRIES);
});
