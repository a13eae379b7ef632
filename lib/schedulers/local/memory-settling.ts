import type { Outcome } from '../../jobs/outcome.js';
import type { Settlement } from '../../worker/work-source.js';
import type { MemoryEntries } from './memory-entries.js';
import type { MemoryEntry } from './memory-entry.js';

/** Writes down what an attempt came to, and says what that was; nothing, where its claim is lost. */
export function settle(
  entries: MemoryEntries,
  { claim, result: { entry: settledEntry, outcome } }: Settlement,
  now: number,
): Outcome | undefined {
  const entry = entries.claimed(settledEntry.id, claim);
  if (!entry) return undefined;
  const final: Outcome = entry.cancelRequested ? { type: 'cancelled' } : outcome;
  switch (final.type) {
    case 'succeeded':
    case 'cancelled':
      entries.end(entry, final.type, now);
      break;
    case 'failed':
      entries.end(entry, 'failed', now, final.error);
      break;
    case 'retrying':
      entries.change(entry, () => entry.waitUntil(final.runAt, final.error));
      break;
    default:
      entries.change(entry, () => takeBack(entries, entry, final));
  }
  return final;
}

/** The attempt does not count. */
function takeBack(
  entries: MemoryEntries,
  entry: MemoryEntry,
  outcome: Extract<Outcome, { type: 'snoozed' | 'released' | 'parked' }>,
): void {
  entry.attempt -= 1;
  if (outcome.type === 'snoozed') entry.waitUntil(outcome.runAt);
  else if (outcome.type === 'released') entry.waitUntil(entry.runAt);
  else {
    entry.park({ reason: outcome.reason, text: outcome.text });
    // It never began, and so holds its key, unless another took that meanwhile.
    if (entry.attempt === 0 && entries.keys.standsFor(entry)) entry.begun = false;
  }
}
