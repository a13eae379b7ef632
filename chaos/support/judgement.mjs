import { findRepetitions } from './repetitions.mjs';

/** What became of the entries of a round. */
export function judge(evidence, damages) {
  const { acknowledged, kills, refused, unfinished } = evidence;
  const lost = acknowledged.filter((id) => evidence.isLost(id));
  const { sharedClaims, withReason, withoutReason, longestRecovery } = findRepetitions(evidence);
  return {
    kills: kills.size,
    acknowledged: acknowledged.length,
    run: acknowledged.filter((id) => evidence.hasRun(id)).length,
    lost: lost.length,
    runTwiceWithReason: withReason.length,
    runTwiceWithoutReason: withoutReason.length,
    sharedClaims: sharedClaims.length,
    stuck: unfinished.length,
    damages: damages.length,
    refused: refused.length,
    longestRecovery,
    problems: [
      ...lost.map((id) => `lost: ${evidence.tell(id)}`),
      ...withoutReason.map((id) => `run twice without reason: ${evidence.tell(id)}`),
      ...unfinished.map((id) => `stuck: ${evidence.tell(id)}`),
      ...damages.map((damage) => `damaged store: ${damage}`),
      ...(acknowledged.length === 0 ? [`nothing was acknowledged: ${refused[0] ?? 'no call was made'}`] : []),
    ],
  };
}
