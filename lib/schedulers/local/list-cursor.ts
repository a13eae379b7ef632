import { InvalidScheduleError } from '../../scheduling/invalid-schedule.error.js';

/** The place, in the order of scheduling, of the last entry that a page of a list showed. */
export function sequenceOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new InvalidScheduleError(
    'The cursor is none that list() gave: pass the one of the page before, unchanged.',
  );
}
