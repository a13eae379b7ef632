import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lease } from '../../lib/engine/lease.js';
import { Maintenance } from '../../lib/engine/maintenance.js';
import type { SharedStore } from '../../lib/engine/shared-store.js';

const EVERY = 1_000;
const LEASE = 5_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A store in which each step takes some time, and each prune leaves more to do. */
function storeOf(steps: { renew: () => Promise<boolean>; prune: () => Promise<boolean> }) {
  const nothing = async () => {};
  return {
    ...steps,
    claims: async () => new Map(),
    bury: vi.fn(async () => ({ waiting: 0, ended: [] })),
    sweepRecurring: nothing,
    refreshRecurring: nothing,
    release: async () => 0,
  };
}

const passing = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

function maintain(
  store: ReturnType<typeof storeOf>,
  lease = new Lease(LEASE),
  onLost = async () => {},
): Maintenance {
  const listeners = {
    onChange: () => {},
    onLost,
    onEnded: () => {},
    onClaims: async () => {},
  };
  return new Maintenance(
    store as unknown as SharedStore,
    () => true,
    EVERY,
    lease,
    listeners,
    new Logger('test'),
  );
}

it('while there is no end of what is to be removed, the worker still shows that it lives', async () => {
  const renew = vi.fn(async () => true);
  const prune = vi.fn(() => passing(100).then(() => true));
  const maintenance = maintain(storeOf({ renew, prune }));

  maintenance.start();
  await vi.advanceTimersByTimeAsync(20 * EVERY);

  expect(renew.mock.calls.length).toBeGreaterThanOrEqual(15);
  expect(prune.mock.calls.length).toBeGreaterThanOrEqual(50);
});

it('rounds that take longer than their interval do not pile up: a stop waits for one', async () => {
  const renew = vi.fn(() => passing(10 * EVERY).then(() => true));
  const maintenance = maintain(storeOf({ renew, prune: async () => false }));
  maintenance.start();
  await vi.advanceTimersByTimeAsync(35 * EVERY);
  expect(renew.mock.calls.length).toBeLessThanOrEqual(4);

  let hasStopped = false;
  void maintenance.stop().then(() => (hasStopped = true));
  await vi.advanceTimersByTimeAsync(11 * EVERY);

  expect(hasStopped).toBe(true);
});

it('after a silence of its own it gives others a lease and the time to come back before it takes any for dead', async () => {
  let isCut = false;
  const renew = async () => {
    if (isCut) throw new Error('the network is cut');
    return true;
  };
  const store = storeOf({ renew, prune: async () => false });
  const maintenance = maintain(store);
  maintenance.start();
  await vi.advanceTimersByTimeAsync(3 * EVERY);
  isCut = true;
  await vi.advanceTimersByTimeAsync(2 * LEASE);

  isCut = false;
  store.bury.mockClear();
  await vi.advanceTimersByTimeAsync(LEASE + EVERY);
  expect(store.bury).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(3 * EVERY);
  expect(store.bury).toHaveBeenCalled();
});

it('the lease holds from when the last confirmed sign of life was sent, not from when the answer came', async () => {
  let answers = true;
  const renew = vi.fn(async () => {
    if (!answers) throw new Error('The store is away.');
    await passing(EVERY / 2);
    return true;
  });
  const lease = new Lease(LEASE);
  const maintenance = maintain(storeOf({ renew, prune: async () => false }), lease);
  maintenance.start();
  await vi.advanceTimersByTimeAsync(2 * EVERY + EVERY / 2);
  answers = false;
  await vi.advanceTimersByTimeAsync(LEASE - EVERY / 2 - 1);
  expect(lease.holds).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(lease.holds).toBe(false);
  answers = true;
  await vi.advanceTimersByTimeAsync(2 * EVERY);
  expect(lease.holds).toBe(true);
  const stopped = maintenance.stop();
  await vi.advanceTimersByTimeAsync(EVERY);
  await stopped;
});

it('a worker that was taken for dead holds nothing until it has its place again, and nothing of before then', async () => {
  const lease = new Lease(LEASE);
  let isThere = true;
  const held: boolean[] = [];
  const onLost = async () => {
    held.push(lease.holds);
    await passing(EVERY / 2);
  };
  const renew = async () => isThere || !(isThere = true);
  const maintenance = maintain(storeOf({ renew, prune: async () => false }), lease, onLost);
  maintenance.start();
  await vi.advanceTimersByTimeAsync(2 * EVERY);
  const asked = performance.now();
  expect(lease.coversSince(asked)).toBe(true);

  isThere = false;
  await vi.advanceTimersByTimeAsync(2 * EVERY);
  expect(held).toEqual([false]);
  expect(lease.coversSince(asked)).toBe(false);
  expect(lease.coversSince(performance.now())).toBe(true);
  await maintenance.stop();
});
