import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openFile } from '../../../lib/schedulers/local/sqlite/sqlite-connection.js';
import { SqliteStore } from '../../../lib/schedulers/local/sqlite/sqlite.store.js';
import type { NewEntry } from '../../../lib/scheduling/stored-entry.js';
import { aboutWorker } from '../../../lib/worker/worker-about.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import type { ClaimedEntry, Demand, Settlement } from '../../../lib/worker/work-source.js';

const NOTHING: Demand = { shared: 0, own: new Map(), most: new Map() };
const ONE: Demand = { ...NOTHING, shared: 1 };
const MINUTE = 60_000;

const entryOf = (id: string, data = '{}'): NewEntry => ({
  id,
  name: 'Note',
  version: 1,
  data,
  metadata: {},
  runAt: 0,
  scheduledAt: 1,
  onConflict: 'keep',
  queue: 'default',
  priority: 0,
  attempts: 9,
});

/** Two workers on one file, of which the second takes the first for dead when it is told to. */
async function startTwo() {
  const folder = temporaryFolder();
  const open = async () => {
    const opened = await openFile(join(folder, 'jobs.db'), { shared: false });
    const store = new SqliteStore(opened, { lease: 30_000, operationTimeout: 5_000 });
    onTestFinished(() => store.close());
    return store;
  };
  const takePlace = async ({ workers, access }: SqliteStore) => {
    const token = await workers.takeLock();
    workers.take(await access.write(() => workers.register(token, aboutWorker({}), Date.now())));
  };
  const [frozen, other] = [await open(), await open()];
  await takePlace(frozen);
  await takePlace(other);
  const later = Date.now() + MINUTE;
  return {
    frozen,
    other,
    async loseAll() {
      await other.workers.findDead(later);
      const dead = (await other.workers.findDead(later)).filter(({ id }) => id === frozen.workers.id);
      expect(dead).toHaveLength(1);
      await other.access.write(() => dead.map((worker) => other.workers.bury(worker, later)));
    },
    async comeBack() {
      frozen.workers.releaseLock();
      await takePlace(frozen);
    },
  };
}

const claimOf = async (store: SqliteStore): Promise<ClaimedEntry> => {
  const { claimed } = await store.exchange([], ONE, () => true, Date.now());
  expect(claimed).toHaveLength(1);
  return claimed[0]!;
};

const tell = async (store: SqliteStore, entry: ClaimedEntry) => {
  const succeeded: Settlement = {
    claim: entry.claim,
    result: { entry, outcome: { type: 'succeeded' }, durationMs: 0 },
  };
  return (await store.exchange([succeeded], NOTHING, () => true, Date.now())).settled[0]?.type;
};

it('the late end of a claim that was lost takes nothing from the one that was won since', async () => {
  const { frozen, loseAll, comeBack } = await startTwo();
  await frozen.insert([entryOf('X')], 1);
  const old = await claimOf(frozen);
  await loseAll();
  await comeBack();
  const won = await claimOf(frozen);

  expect(await tell(frozen, old)).toBeUndefined();
  expect(frozen.find({ id: 'X' })).toMatchObject({ state: 'running' });
  expect(await tell(frozen, won)).toBe('succeeded');
  expect(frozen.find({ id: 'X' })).toMatchObject({ state: 'succeeded' });
});

it('after the late end of a lost claim, what was won since is given back when the worker signs off', async () => {
  const { frozen, loseAll, comeBack } = await startTwo();
  await frozen.insert([entryOf('X')], 1);
  const old = await claimOf(frozen);
  await loseAll();
  await comeBack();
  await claimOf(frozen);
  await tell(frozen, old);

  await frozen.access.write(() => frozen.workers.unregister(Date.now()));

  expect(frozen.find({ id: 'X' })).toMatchObject({ state: 'scheduled' });
});

it('the late end of an entry that is gone ends no other that has its row by now', async () => {
  const { frozen, other, loseAll, comeBack } = await startTwo();
  await frozen.insert([entryOf('X')], 1);
  const old = await claimOf(frozen);
  await loseAll();
  expect(await tell(other, await claimOf(other))).toBe('succeeded');
  await other.access.write(() => other.growth.prune(Date.now() + MINUTE, 0, 200));
  expect(other.find({ id: 'X' })).toBeUndefined();
  await comeBack();
  await frozen.insert([entryOf('Y')], 1);
  await claimOf(frozen);

  expect(await tell(frozen, old)).toBeUndefined();
  expect(frozen.find({ id: 'Y' })).toMatchObject({ state: 'running' });
});

it('who has lost a part of what it holds has lost its place, and the rest is given back by whoever comes next', async () => {
  const { frozen, other, loseAll } = await startTwo();
  const large = JSON.stringify({ text: 'x'.repeat(500_000) });
  await frozen.insert([entryOf('X', large), entryOf('Y', large)], 1);
  const old = [await claimOf(frozen), await claimOf(frozen)];

  await loseAll();

  expect(other.counts()).toMatchObject({ running: 1, scheduled: 1 });
  expect(other.livingWorkers(Date.now())).toHaveLength(1);
  expect(await frozen.access.write(() => frozen.workers.renew(Date.now()))).toBe(false);
  await expect(tell(frozen, old[0]!)).rejects.toThrow('others took it for dead');
  const [dead] = await other.workers.findDead(Date.now());
  await other.access.write(() => other.workers.bury(dead!, Date.now()));
  expect(other.counts()).toMatchObject({ running: 0, scheduled: 2 });
  expect(await other.workers.findDead(Date.now())).toEqual([]);
});
