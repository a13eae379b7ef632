/** How late a tick may be seen on a machine that has other things to do, in ms. */
const LATE = 500;

/**
 * Ticks that never came, though a process that declares the recurring job was at work from a tick before until well after.
 *
 * @param events what the processes wrote down.
 * @param shifts by the wall clock: when a process that declares it came to work, and left.
 */
export function lostTicks(events, { recurring, every }, shifts) {
  const ticks = [...new Set(events.filter((one) => one.recurring === recurring).map(({ tick }) => tick))];
  ticks.sort((a, b) => a - b);
  const isCovered = (tick) =>
    shifts.some(({ from, until }) => from <= tick - every && tick + every + LATE <= until);
  const gaps = ticks.slice(1).flatMap((tick, index) => between(ticks[index], tick, every));
  const last = ticks.at(-1) ?? Math.min(...shifts.map(({ from }) => from));
  const missing = [...gaps, ...between(last, Math.max(...shifts.map(({ until }) => until)), every)];
  return missing.filter(isCovered).map((tick) => `${recurring} ${new Date(tick).toISOString()}`);
}

function between(from, to, every) {
  const ticks = [];
  for (let tick = from + every; tick < to; tick += every) ticks.push(tick);
  return ticks;
}
