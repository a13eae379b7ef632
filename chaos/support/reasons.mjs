/**
 * How long before the server went away an attempt may have ended and not be written down, in ms: what ends is reported
 * at once, but an answer takes its time on a machine that has other things to do.
 */
const REPORT_MS = 1_000;

/**
 * Why there was a further attempt, if there was a good reason; no job here throws by itself.
 * - `killed`: the process of the one before was.
 * - `server gone`: the server went away while it ran, or before its end was written down. Its process lived, but could
 *   neither complete it nor show that it lives.
 * - `stopped`: its process was told to stop, and it did not end in the time that it was given: it went back.
 * - `frozen`: its process stood still while it ran, for longer than a claim lasts; it runs from when the library has begun it,
 *   be it that the process is stopped before the first line of the job.
 *
 * @returns `since` is when it could have begun at the earliest.
 */
export function reasonFor([before, next], { kills, stops, freezes, outages }) {
  const killedAt = kills.get(before.pid);
  if (killedAt <= next.start) return { why: 'killed', since: killedAt };
  const stoppedAt = stops.get(before.pid);
  if (stoppedAt <= next.start && !(before.end < stoppedAt)) return { why: 'stopped', since: stoppedAt };
  const freeze = freezes.find(
    ({ pid, from, until }) =>
      pid === before.pid && from <= next.start && before.begun <= until && !(before.end < from - REPORT_MS),
  );
  if (freeze) return { why: 'frozen', since: freeze.from };
  const outage = outages.find(
    ({ from, back }) =>
      before.start <= back && (before.end ?? Infinity) >= from - REPORT_MS && from <= next.start,
  );
  return outage && { why: 'server gone', since: outage.back };
}
