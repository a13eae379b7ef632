/** Entries that were begun more than once: with what reason, and how soon after a kill. */
export function findRepetitions(evidence) {
  const { kills } = evidence;
  const repeated = [...evidence.attempts.values()].filter((attempts) => attempts.length > 1);
  const entriesWhere = (isSuch) =>
    repeated.filter((one) => pairs(one).some(isSuch)).map(([{ entry }]) => entry);

  const sharedClaims = entriesWhere((pair) => sharesClaim(pair, kills));
  const withoutReason = new Set([
    ...entriesWhere((pair) => !hasReason(pair, kills)),
    ...sharedClaims,
    ...doubledTicks(evidence.attempts),
    ...evidence.doubledEffects,
  ]);
  const recoveries = repeated
    .flatMap(pairs)
    .filter((pair) => hasReason(pair, kills))
    .map(([before, next]) => next.start - kills.get(before.pid));
  return {
    sharedClaims,
    withoutReason: [...withoutReason],
    withReason: repeated.map(([{ entry }]) => entry).filter((entry) => !withoutReason.has(entry)),
    longestRecovery: Math.max(0, ...recoveries),
  };
}

/** Each attempt with the one after it. */
const pairs = (attempts) => attempts.slice(1).map((next, index) => [attempts[index], next]);

/** The only good reason for a further attempt, since no job here throws: the process of the one before was killed. */
function hasReason([before, next], kills) {
  return kills.has(before.pid) && kills.get(before.pid) <= next.start;
}

/** One claim given to two, or two at work on one entry at a time. */
function sharesClaim([before, next], kills) {
  if (before.attempt === next.attempt) return true;
  return !hasReason([before, next], kills) && (before.end === undefined || before.end > next.start);
}

/** Entries of a recurring job whose tick has had its entry already. Only the first attempt has the time of the tick. */
function doubledTicks(attemptsByEntry) {
  const firsts = [...attemptsByEntry.values()].map(([first]) => first);
  const ticks = firsts.filter(({ tick, attempt }) => tick !== undefined && attempt === 1);
  const ofSameTick = Map.groupBy(ticks, ({ tick }) => tick).values();
  return [...ofSameTick].flatMap(([, ...others]) => others.map(({ entry }) => entry));
}
