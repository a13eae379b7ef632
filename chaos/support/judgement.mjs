import { returnsToWork } from './outages.mjs';
import { findEarly } from './early.mjs';
import { judgeRefusals } from './refusals.mjs';
import { findRepetitions } from './repetitions.mjs';

/**
 * What became of the entries of a round.
 *
 * @param damages what is wrong with the store itself.
 * @param more what a fault of its own kind finds: ticks that are `lost`, and other `problems`.
 */
export function judge(evidence, damages, { operationTimeout, isOneClock, more }) {
  const { acknowledged, kills, outages, refused, unfinished } = evidence;
  const { lostTicks = [], problems = [] } = more ?? {};
  const early = findEarly(evidence, isOneClock);
  const lost = acknowledged.filter((id) => evidence.isLost(id));
  const { sharedClaims, withReason, withoutReason, serverGone, longestRecovery } = findRepetitions(evidence);
  const refusals = outages.length > 0 ? judgeRefusals(refused, operationTimeout) : undefined;
  return {
    kills: kills.size,
    outages: outages.length,
    acknowledged: acknowledged.length,
    run: acknowledged.filter((id) => evidence.hasRun(id)).length,
    lost: lost.length + lostTicks.length,
    early: early.length,
    runTwiceWithReason: withReason.length,
    runTwiceServerGone: serverGone.length,
    runTwiceWithoutReason: withoutReason.length,
    sharedClaims: sharedClaims.length,
    stuck: unfinished.length,
    damages: damages.length,
    refused: refused.length,
    longestRecovery,
    longestRefusal: refusals?.longestRefusal,
    longestReturn: Math.max(0, ...returnsToWork(outages, evidence.attempts)),
    problems: [
      ...lost.map((id) => `lost: ${evidence.tell(id)}`),
      ...lostTicks.map((tick) => `lost tick: ${tick}`),
      ...early.map((one) => `begun before its time: ${one}`),
      ...withoutReason.map((id) => `run twice without reason: ${evidence.tell(id)}`),
      ...unfinished.map((id) => `stuck: ${evidence.tell(id)}`),
      ...damages.map((damage) => `damaged store: ${damage}`),
      ...(refusals?.wrongRefusals ?? []),
      ...(acknowledged.length === 0
        ? [`nothing was acknowledged: ${refused[0]?.reason ?? 'no call was made'}`]
        : []),
      ...problems,
    ],
  };
}
