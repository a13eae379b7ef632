import { WORKER_LOST } from '../../engine/shared-store.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import { withEarlierFailures } from '../../scheduling/stored-failures.js';

/** What is copied, or why nothing is. */
export type Movable = { readonly entry: StoredEntry } | { readonly left: 'running' | 'cancelled' };

/**
 * What runs in the name of a worker that is gone becomes what the source would make of it: the attempt counts, and its
 * loss is kept as its error.
 *
 * @param living the workers of the source.
 */
export function movable(stored: StoredEntry, living: ReadonlySet<string>, now: number): Movable {
  // A store that does not tell: what has not begun holds its key.
  const entry = { holdsKey: stored.key !== undefined && stored.attempt === 0, ...stored };
  if (entry.state !== 'running') return { entry };
  if (entry.worker !== undefined && living.has(entry.worker)) return { left: 'running' };
  if (entry.stopping) return { left: 'cancelled' };
  const { progress: _, ...rest } = entry;
  const lost = { ...rest, holdsKey: false, lastError: withEarlierFailures(WORKER_LOST, entry, now) };
  if (entry.attempt < entry.attempts) return { entry: { ...lost, state: 'scheduled' } };
  return { entry: { ...lost, state: 'failed', finishedAt: now } };
}
