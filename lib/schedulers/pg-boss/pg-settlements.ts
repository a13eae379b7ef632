import type { Outcome } from '../../jobs/outcome.js';
import type { Settlement } from '../../worker/work-source.js';
import { type EntryRow, jsonText } from './pg-rows.js';

/** What an attempt's end comes to in its row. */
interface RowSettlement {
  id: string;
  claim: number;
  state: EntryRow['state'];
  /** In ms from now: the clock of the server rules. */
  wait?: number;
  /** The attempt does not count. */
  skip?: boolean;
  far?: boolean;
  error?: unknown;
  parked?: unknown;
}

export function toSettlement({ claim, result }: Settlement, now: number): RowSettlement {
  const { entry, outcome } = result;
  const row = { id: entry.id, claim };
  switch (outcome.type) {
    case 'succeeded':
      return { ...row, state: 'completed' };
    case 'cancelled':
      return { ...row, state: 'cancelled' };
    case 'failed':
      return { ...row, state: 'failed', error: safe(outcome.error) };
    case 'retrying':
      return { ...row, state: 'retry', wait: outcome.runAt - now, error: safe(outcome.error) };
    case 'snoozed':
      return { ...row, state: 'retry', wait: outcome.runAt - now, skip: true };
    case 'released':
      return { ...row, state: 'retry', skip: true };
    default: {
      const parked = safe({ reason: outcome.reason, text: outcome.text, runAt: entry.runAt });
      return { ...row, state: holdsKey(entry) ? 'created' : 'retry', skip: true, far: true, parked };
    }
  }
}

/** It never began, and so holds its key again. */
function holdsKey({ key, attempt }: { key?: string; attempt: number }): boolean {
  return key === undefined || attempt === 1;
}

/** What the store wrote down; `undefined` where the claim was lost. */
export function settledAs(
  { result: { entry, outcome } }: Settlement,
  states: ReadonlyMap<string, EntryRow['state']>,
): Outcome | undefined {
  const state = states.get(entry.id);
  if (state === undefined) return undefined;
  return state === 'cancelled' ? { type: 'cancelled' } : outcome;
}

function safe(value: unknown): unknown {
  return JSON.parse(jsonText(value));
}
