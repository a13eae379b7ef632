/** The attempts of each entry, as the logs tell of them, in the order of time. */
export function attemptsByEntry(events) {
  const byEntry = new Map();
  for (const { what, at, entry, attempt, pid, clock, begun: begunAt, recurring, tick, error } of events) {
    if (what === 'start') {
      if (!byEntry.has(entry)) byEntry.set(entry, []);
      byEntry
        .get(entry)
        .push({ entry, attempt, pid, clock, recurring, tick, begun: begunAt ?? at, start: at });
    } else if (what === 'effect' || what === 'end' || what === 'error') {
      // The lines of a process are in its own order: the last start is the one that goes on.
      const begun = byEntry.get(entry).findLast((one) => one.pid === pid && one.attempt === attempt);
      begun[what] = error ?? at;
    }
  }
  for (const attempts of byEntry.values()) attempts.sort((a, b) => a.begun - b.begun);
  return byEntry;
}
