import type { ListQuery } from '../../scheduling/queries.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import { sequenceOf } from './list-cursor.js';
import type { MemoryEntry } from './memory-entry.js';

/** One page of the entries that are asked for; they come in the order of scheduling. */
export function pageOf(
  entries: Iterable<MemoryEntry>,
  { states, name, command, key, queue, from, before, order, limit, cursor }: ListQuery,
): { entries: StoredEntry[]; cursor?: string } {
  const isNewestFirst = order === 'newest-first';
  const last = cursor === undefined ? undefined : sequenceOf(cursor);
  const found: MemoryEntry[] = [];
  for (const entry of isNewestFirst ? [...entries].toReversed() : entries) {
    if (last !== undefined && (isNewestFirst ? entry.sequence >= last : entry.sequence <= last)) continue;
    if (states && !states.includes(entry.state)) continue;
    if (name !== undefined && entry.name !== name) continue;
    if (command !== undefined && entry.command?.name !== command) continue;
    if (key !== undefined && entry.key !== key) continue;
    if (queue !== undefined && entry.queue !== queue) continue;
    if (from !== undefined && entry.scheduledAt < from) continue;
    if (before !== undefined && entry.scheduledAt >= before) continue;
    found.push(entry);
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  return {
    entries: page.map((entry) => entry.snapshot()),
    ...(found.length > limit && { cursor: String(page.at(-1)!.sequence) }),
  };
}
