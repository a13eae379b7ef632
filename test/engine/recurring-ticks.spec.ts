import { describe, expect, it } from 'vitest';
import { planRecurring, resumed, tickOf } from '../../lib/engine/recurring-ticks.js';
import type { NewRecurring, StoredRecurring } from '../../lib/scheduling/recurring.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const wanted: NewRecurring = {
  id: 'a',
  schedule: { every: '1h' },
  declared: false,
  stored: { name: 'Note', version: 1, data: '{"json":{}}' },
  attempts: 3,
  queue: 'mail',
  priority: 5,
};
const standing: StoredRecurring = { ...wanted, anchor: 0, nextRunAt: HOUR, lastRunAt: 0 };

describe('A recurring job that is scheduled again', () => {
  it('goes on where it was with the same schedule, and takes over everything else', () => {
    const changed = { ...wanted, queue: 'other', schedule: { every: '1h', missed: 'skip' } } as const;
    expect(planRecurring(changed, standing, 30 * MINUTE)).toEqual({
      ...changed,
      anchor: 0,
      nextRunAt: HOUR,
      lastRunAt: 0,
    });
    const { lastRunAt: _, ...fresh } = standing;
    expect(Object.keys(planRecurring(wanted, fresh, 5))).toEqual([
      ...Object.keys(wanted),
      'anchor',
      'nextRunAt',
    ]);
  });

  it('begins anew where somebody has edited the one that stands beyond reading', () => {
    const edited = { ...standing, schedule: { every: 'soonish' } } as unknown as StoredRecurring;
    expect(planRecurring(wanted, edited, 5)).toMatchObject({ anchor: 5, nextRunAt: HOUR + 5 });
  });

  it('stays paused, whatever its schedule has become', () => {
    const paused = { ...standing, paused: true };
    expect(planRecurring(wanted, paused, 5).paused).toBe(true);
    expect(planRecurring({ ...wanted, schedule: { every: '2h' } }, paused, 5).paused).toBe(true);
  });

  it('gets its next tick where it had none, since it could not be ticked', () => {
    const { nextRunAt: _, ...idle } = standing;
    expect(planRecurring(wanted, idle, 30 * MINUTE)).toEqual({ ...standing, nextRunAt: HOUR });
  });

  it.each([
    [{ every: '2h' }, { every: '1h' }],
    [
      { cron: '0 3 * * *', timeZone: 'UTC' },
      { cron: '0 4 * * *', timeZone: 'UTC' },
    ],
    [
      { cron: '0 3 * * *', timeZone: 'UTC' },
      { cron: '0 3 * * *', timeZone: 'Europe/Rome' },
    ],
    [{ cron: '0 3 * * *', timeZone: 'UTC' }, { every: '1h' }],
  ])('begins anew with another schedule: %j after %j', (schedule, before) => {
    const planned = planRecurring(
      { ...wanted, schedule } as NewRecurring,
      { ...standing, schedule: before } as never,
      MINUTE,
    );
    expect(planned).toMatchObject({ anchor: MINUTE, schedule });
    expect(planned.nextRunAt).toBe('every' in schedule ? 2 * HOUR + MINUTE : 3 * HOUR);
    expect(planned).not.toHaveProperty('lastRunAt');
  });

  it('has no next time where its schedule has none', () => {
    const planned = planRecurring({ ...wanted, schedule: { every: 8.64e15 } }, undefined, 1);
    expect(planned).toEqual({ ...wanted, schedule: { every: 8.64e15 }, anchor: 1 });
  });
});

describe('A tick', () => {
  it('comes to an entry as the job was planned, at its time', () => {
    const policy = { timeout: 5 };
    const { after, entry } = tickOf({ ...standing, policy }, HOUR, 0);
    expect(after).toEqual({ ...standing, policy, nextRunAt: 2 * HOUR, lastRunAt: HOUR });
    expect(entry).toEqual({
      id: expect.any(String),
      ...wanted.stored,
      runAt: HOUR,
      scheduledAt: HOUR,
      onConflict: 'keep',
      queue: 'mail',
      priority: 5,
      attempts: 3,
      policy,
      metadata: {},
    });
    expect(tickOf(standing, HOUR, 0).entry).not.toHaveProperty('policy');
  });

  const late = (missed: 'once' | 'skip' | undefined, now: number, workingSince: number) => {
    const { entry, after } = tickOf({ ...standing, schedule: { every: '1h', missed } }, now, workingSince);
    return [entry?.runAt, after.lastRunAt, after.nextRunAt];
  };

  it('that nobody was there to see runs once, late, for all that were missed', () => {
    const now = 3 * HOUR + 1;
    for (const missed of ['once', undefined] as const) {
      expect(late(missed, now, now)).toEqual([3 * HOUR, 3 * HOUR, 4 * HOUR]);
    }
  });

  it('that nobody was there to see runs not at all when missed ones are to be skipped', () => {
    const now = 3 * HOUR + 1;
    expect(late('skip', now, now)).toEqual([undefined, 0, 4 * HOUR]);
  });

  it('that a worker saw runs, even when missed ones are to be skipped', () => {
    expect(late('skip', 3 * HOUR, 3 * HOUR)).toEqual([3 * HOUR, 3 * HOUR, 4 * HOUR]);
    expect(late('skip', 3 * HOUR + MINUTE, 0)).toEqual([3 * HOUR, 3 * HOUR, 4 * HOUR]);
  });

  it('that is over a minute late was missed even by a worker that is there', () => {
    expect(late('skip', 3 * HOUR + MINUTE + 1, 0)).toEqual([undefined, 0, 4 * HOUR]);
  });

  it('has no other after it where its schedule ends', () => {
    const last = { ...standing, schedule: { every: 8e15 }, nextRunAt: 8e15 } as const;
    const { after, entry } = tickOf(last, 8e15, 0);
    expect(entry?.runAt).toBe(8e15);
    expect(after).not.toHaveProperty('nextRunAt');
  });
});

describe('A recurring job that was paused', () => {
  const paused = { ...standing, paused: true };

  it('lets its ticks pass without an entry', () => {
    const { after, entry } = tickOf(paused, HOUR + 1, 0);
    expect(entry).toBeUndefined();
    expect(after).toMatchObject({ nextRunAt: 2 * HOUR, lastRunAt: 0, paused: true });
  });

  it('goes on with the first tick after the pause, also where no worker let those before it pass', () => {
    expect(resumed(paused, 30 * MINUTE)).toEqual(standing);
    expect(resumed(paused, 3 * HOUR + 1)).toEqual({ ...standing, nextRunAt: 4 * HOUR });
  });
});
