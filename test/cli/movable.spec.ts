import { describe, expect, it } from 'vitest';
import { movable } from '../../lib/cli/move/movable.js';
import type { StoredEntry } from '../../lib/scheduling/stored-entry.js';

const entryOf = (more: Partial<StoredEntry>): StoredEntry => ({
  id: '01a215a4-98af-76a8-8ba0-0533a36e17c0',
  name: 'Note',
  version: 1,
  data: '{"json":{}}',
  runAt: 1_000,
  scheduledAt: 500,
  queue: 'default',
  priority: 0,
  attempts: 3,
  metadata: {},
  state: 'scheduled',
  attempt: 0,
  ...more,
});
const moved = (more: Partial<StoredEntry>, living: string[] = []) =>
  movable(entryOf(more), new Set(living), 9_000);

describe('An entry of a store that does not tell who holds a key', () => {
  it('holds its own as long as it has not begun', () => {
    expect(moved({ key: 'k' })).toMatchObject({ entry: { holdsKey: true } });
    expect(moved({ key: 'k', attempt: 1 })).toMatchObject({ entry: { holdsKey: false } });
    expect(moved({})).toMatchObject({ entry: { holdsKey: false } });
    expect(moved({ key: 'k', holdsKey: false })).toMatchObject({ entry: { holdsKey: false } });
  });
});

describe('An entry that runs', () => {
  const running = {
    state: 'running',
    worker: 'w',
    attempt: 2,
    key: 'k',
    progress: { fraction: 0.5 },
  } as const;

  it('is left to a worker that lives', () => {
    expect(moved(running, ['w'])).toEqual({ left: 'running' });
  });

  it('of a worker that is gone waits again, with what it lost among its failures', () => {
    const lastError = { name: 'Error', message: 'no', attempt: 1, at: 600 };
    const one = moved({ ...running, lastError }, ['other']);
    expect(one).toMatchObject({
      entry: {
        ...{ state: 'scheduled', attempt: 2, holdsKey: false },
        lastError: { name: 'WorkerLostError', attempt: 2, at: 9_000, earlier: [lastError] },
      },
    });
    expect(one).not.toHaveProperty('entry.progress');
  });

  it('for the last time, has failed', () => {
    expect(moved({ ...running, attempt: 3 })).toMatchObject({
      entry: { state: 'failed', finishedAt: 9_000 },
    });
  });

  it('and was told to stop is not copied', () => {
    expect(moved({ ...running, stopping: true })).toEqual({ left: 'cancelled' });
  });
});
