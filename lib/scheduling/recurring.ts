import { newEntryId } from './entry-id.js';
import type { PlannedJob } from './entry-planner.js';
import type { RecurringSchedule } from './recurring-schedule.js';
import type { NewEntry } from './stored-entry.js';

const LONGEST_ID = 255;

/** What a store would cut or replace could not be found again, or be taken for another. */
export function isRecurringId(id: unknown): id is string {
  if (typeof id !== 'string' || id.length < 1 || id.length > LONGEST_ID) return false;
  return id.isWellFormed() && !id.includes('\0');
}

/**
 * A recurring job on its way to a scheduler's store.
 *
 * @publicApi
 */
export interface NewRecurring extends PlannedJob {
  readonly id: string;
  readonly schedule: RecurringSchedule;
  /** What interceptors put in when it was scheduled: each of its entries has it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Declared by `@RecurringJob`: it goes away with its declaration. */
  readonly declared: boolean;
}

/**
 * A recurring job as a scheduler's store gives it back. Times are milliseconds since 1970, UTC.
 *
 * @publicApi
 */
export interface StoredRecurring extends NewRecurring {
  /** Where the ticks of `every` are counted from. */
  readonly anchor: number;
  readonly nextRunAt?: number;
  readonly lastRunAt?: number;
  /** Its ticks pass without an entry. */
  readonly paused?: boolean;
}

/** The entry of one tick. */
export function entryOfRecurring(
  { stored, attempts, queue, priority, policy, metadata = {} }: StoredRecurring,
  tick: number,
  now: number,
): NewEntry {
  return {
    id: newEntryId(now),
    ...stored,
    runAt: tick,
    scheduledAt: now,
    onConflict: 'keep',
    queue,
    priority,
    attempts,
    ...(policy && { policy }),
    metadata,
  };
}
