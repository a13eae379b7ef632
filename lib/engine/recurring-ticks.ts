import { toMilliseconds } from '../scheduling/duration.js';
import { latestTick, nextTick } from '../scheduling/recurring-schedule.js';
import { type NewRecurring, type StoredRecurring, entryOfRecurring } from '../scheduling/recurring.js';
import type { NewEntry } from '../scheduling/stored-entry.js';

/** A tick that is this late, in ms, was missed even by a worker that is there: the machine slept, or its clock was set. */
const LATE = 60_000;

/** A new or changed recurring job begins with its next tick; one with the same schedule goes on where it was. */
export function planRecurring(
  wanted: NewRecurring,
  standing: StoredRecurring | undefined,
  now: number,
): StoredRecurring {
  // A pause is an operator's word: a deploy does not end it.
  const paused = standing?.paused === true && { paused: true };
  if (standing && sameSchedule(standing, wanted)) {
    const { anchor, nextRunAt, lastRunAt } = standing;
    return {
      ...wanted,
      ...paused,
      anchor,
      // One that could not be ticked was left without a next time: a new start is a new try.
      ...(nextRunAt === undefined ? next(wanted, now, anchor) : { nextRunAt }),
      ...(lastRunAt !== undefined && { lastRunAt }),
    };
  }
  return { ...wanted, ...paused, anchor: now, ...next(wanted, now, now) };
}

/**
 * What a due recurring job comes to: where it stands afterwards, and the entry of its tick, if there is to be one.
 * However many ticks have passed, there is one entry at most.
 *
 * @param workingSince from when on a worker has been there to see the ticks.
 */
export function tickOf(
  due: StoredRecurring,
  now: number,
  workingSince: number,
): { after: StoredRecurring; entry: NewEntry | undefined } {
  const first = due.nextRunAt!;
  const latest = latestTick(due.schedule, now, first - 1, due.anchor) ?? first;
  const missed = latest < Math.max(workingSince, now - LATE);
  const runs = !due.paused && (!missed || due.schedule.missed !== 'skip');
  const { nextRunAt: _passed, ...rest } = due;
  return {
    after: { ...rest, ...next(due, now, due.anchor), ...(runs && { lastRunAt: latest }) },
    entry: runs ? entryOfRecurring(due, latest, now) : undefined,
  };
}

/** Ticks that passed in the pause are not made up for, also where no worker was there to let them pass. */
export function resumed({ paused: _, ...recurring }: StoredRecurring, now: number): StoredRecurring {
  const { nextRunAt, ...rest } = recurring;
  if (nextRunAt === undefined || nextRunAt > now) return recurring;
  return { ...rest, ...next(recurring, now, recurring.anchor) };
}

function next({ schedule }: NewRecurring, now: number, anchor: number): { nextRunAt?: number } {
  const nextRunAt = nextTick(schedule, now, anchor);
  return nextRunAt === undefined ? {} : { nextRunAt };
}

function sameSchedule(a: NewRecurring, b: NewRecurring): boolean {
  const keyOf = ({ schedule }: NewRecurring) =>
    'cron' in schedule
      ? `cron ${schedule.cron} ${schedule.timeZone}`
      : `every ${toMilliseconds(schedule.every)}`;
  try {
    return keyOf(a) === keyOf(b);
  } catch {
    return false; // somebody has edited the one that stands
  }
}
