import { useCallback, useState } from 'preact/hooks';
import type { EntrySummary } from '../api/types.js';

export interface Selection {
  readonly entries: readonly EntrySummary[];
  readonly has: (id: string) => boolean;
  /** With `toHere`, all between the one that was chosen last and this one. */
  readonly toggle: (entry: EntrySummary, toHere: boolean) => void;
  readonly setAll: (shown: readonly EntrySummary[], isSelected: boolean) => void;
  readonly clear: () => void;
}

/** It goes on over pages of a list; with another `key` it begins anew. */
export function useSelection(key: string, shown: readonly EntrySummary[]): Selection {
  const [held, setHeld] = useState<{ key: string; chosen: ReadonlyMap<string, EntrySummary>; last?: string }>(
    {
      key,
      chosen: new Map(),
    },
  );
  const { chosen, last } =
    held.key === key ? held : { chosen: new Map<string, EntrySummary>(), last: undefined };
  const change = (some: readonly EntrySummary[], isSelected: boolean, anchor?: string) => {
    const next = new Map(chosen);
    for (const entry of some) {
      if (isSelected) next.set(entry.id, entry);
      else next.delete(entry.id);
    }
    setHeld({ key, chosen: next, ...(anchor !== undefined && { last: anchor }) });
  };
  return {
    // As they are by now, where the page shows them.
    entries: [...chosen.values()].map((entry) => shown.find(({ id }) => id === entry.id) ?? entry),
    has: (id) => chosen.has(id),
    toggle(entry, toHere) {
      const some = toHere ? between(shown, last, entry) : [entry];
      change(some, !chosen.has(entry.id), entry.id);
    },
    setAll: (some, isSelected) => change(some, isSelected),
    clear: useCallback(() => setHeld({ key, chosen: new Map() }), [key]),
  };
}

function between(
  shown: readonly EntrySummary[],
  from: string | undefined,
  to: EntrySummary,
): readonly EntrySummary[] {
  const ends = [shown.findIndex(({ id }) => id === from), shown.indexOf(to)].toSorted((a, b) => a - b);
  return ends[0] === -1 ? [to] : shown.slice(ends[0], ends[1]! + 1);
}
