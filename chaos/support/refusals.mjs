const RIGHT_ERROR = 'SchedulerUnavailableError';
/** Beyond `operationTimeout`, in ms: on a machine that has other things to do a timer is late. */
const LATE_MS = 1_500;

/** What callers got while the server was away: one kind of error only, and in time. */
export function judgeRefusals(refused, operationTimeout) {
  const isRight = ({ error, took }) => error === RIGHT_ERROR && took <= operationTimeout + LATE_MS;
  return {
    longestRefusal: Math.max(0, ...refused.map(({ took }) => took)),
    wrongRefusals: refused
      .filter((one) => !isRight(one))
      .map(({ error, reason, took }) => `refused after ${Math.round(took)} ms: ${error}: ${reason}`),
  };
}
