import type { EntryPage, EntrySummary } from '../api/types.js';

interface Shown {
  readonly entries: readonly EntrySummary[];
  readonly left: ReadonlySet<string>;
  readonly cursor?: string;
}

interface Merged {
  readonly entries: readonly EntrySummary[];
  readonly left: ReadonlySet<string>;
  readonly fresh: number;
  readonly cursor?: string;
}

/**
 * What is shown, brought up to date by a new answer for the same page: rows stay where they are, those that have left the
 * list are marked, and those that came are only counted.
 *
 * @param changed by whoever looks at them: of these, those that have left go at once
 */
export function merged(
  shown: Shown,
  page: EntryPage,
  changed: ReadonlySet<string>,
  isFirst: boolean,
): Merged {
  // Nothing to keep in its place.
  if (shown.entries.every(({ id }) => shown.left.has(id) || changed.has(id))) {
    return { ...page, left: new Set(), fresh: 0 };
  }
  const current = new Map(page.entries.map((entry) => [entry.id, entry]));
  const last = page.entries.at(-1);
  // Where others came before them, the last ones may have been pushed onto the next page.
  const isPushedOut = ({ scheduledAt }: EntrySummary) =>
    isFirst && page.cursor !== undefined && last !== undefined && scheduledAt <= last.scheduledAt;
  const left = new Set<string>();
  const entries: EntrySummary[] = [];
  for (const entry of shown.entries) {
    const now = current.get(entry.id);
    if (!now && !isPushedOut(entry)) {
      if (changed.has(entry.id)) continue;
      left.add(entry.id);
    }
    entries.push(now ?? entry);
  }
  // The next page begins after what is shown, not after what was answered.
  const cursor = shown.cursor ?? page.cursor;
  const fresh = isFirst ? freshOf(shown, page) : 0;
  return { entries, left, fresh, ...(cursor !== undefined && { cursor }) };
}

/** Those that follow after the last row have not come: they moved up. */
function freshOf(shown: Shown, page: EntryPage): number {
  const known = new Set(shown.entries.map(({ id }) => id));
  const bottom = shown.cursor === undefined ? '' : (shown.entries.at(-1)?.scheduledAt ?? '');
  return page.entries.filter(({ id, scheduledAt }) => !known.has(id) && scheduledAt >= bottom).length;
}
