import { reasonFor } from './reasons.mjs';

/** Entries that were begun more than once: with what reason, and how soon after it. */
export function findRepetitions(evidence) {
  const repeated = [...evidence.attempts.values()].filter((attempts) => attempts.length > 1);
  const entriesWhere = (isSuch) =>
    repeated.filter((one) => pairs(one).some(isSuch)).map(([{ entry }]) => entry);

  const sharedClaims = entriesWhere((pair) => sharesClaim(pair, evidence));
  const withoutReason = new Set([
    ...entriesWhere((pair) => !reasonFor(pair, evidence)),
    ...sharedClaims,
    ...doubledTicks(evidence.attempts),
    ...evidence.doubledEffects,
  ]);
  const recoveries = repeated
    .flatMap(pairs)
    .map((pair) => [pair, reasonFor(pair, evidence)])
    .filter(([, reason]) => reason)
    .map(([[, next], { since }]) => next.start - since);
  return {
    sharedClaims,
    withoutReason: [...withoutReason],
    withReason: repeated.map(([{ entry }]) => entry).filter((entry) => !withoutReason.has(entry)),
    serverGone: entriesWhere((pair) => reasonFor(pair, evidence)?.why === 'server gone'),
    longestRecovery: Math.max(0, ...recoveries),
  };
}

/** Each attempt with the one after it. */
const pairs = (attempts) => attempts.slice(1).map((next, index) => [attempts[index], next]);

/** What goes back unfinished does not count as an attempt, and so the next one has its number. */
const UNCOUNTED = ['server gone', 'stopped'];

/** One claim given to two, or two at work on one entry at a time. */
function sharesClaim(pair, evidence) {
  const [before, next] = pair;
  const reason = reasonFor(pair, evidence);
  if (before.attempt === next.attempt) return !UNCOUNTED.includes(reason?.why);
  return !reason && (before.end === undefined || before.end > next.start);
}

/** Entries of a recurring job whose tick has had its entry already. Only the first attempt has the time of the tick. */
function doubledTicks(attemptsByEntry) {
  const firsts = [...attemptsByEntry.values()].map(([first]) => first);
  const ticks = firsts.filter(({ tick, attempt }) => tick !== undefined && attempt === 1);
  const ofSameTick = Map.groupBy(ticks, ({ recurring, tick }) => `${recurring} ${tick}`).values();
  return [...ofSameTick].flatMap(([, ...others]) => others.map(({ entry }) => entry));
}
