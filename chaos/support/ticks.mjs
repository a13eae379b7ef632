/** How late a tick may be seen on a machine that has other things to do, in ms. */
const LATE = 500;

/**
 * Ticks that never came, though a process that declares the recurring job was at work from a tick before until well after,
 * and did not stand still: what passes while nobody can look is one tick, not several.
 *
 * @param events what the processes wrote down, all the time: so it shows who stood still.
 * @param shifts by the wall clock: when which process that declares it came to work, and left.
 * @param ahead how far the wall clock is ahead of the one that events are told by.
 */
export function lostTicks(events, { recurring, every }, shifts, ahead) {
  const ticks = [...new Set(events.filter((one) => one.recurring === recurring).map(({ tick }) => tick))];
  ticks.sort((a, b) => a - b);
  const covering = (tick) =>
    shifts.filter(({ from, until }) => from <= tick - every && tick + every + LATE <= until);
  const wrote = (pid, from, until) =>
    events.some((one) => one.pid === pid && one.at + ahead >= from && one.at + ahead < until);
  const isAwake = (tick, pid) =>
    wrote(pid, tick, tick + every / 2) && wrote(pid, tick + every / 2, tick + every);
  const gaps = ticks.slice(1).flatMap((tick, index) => between(ticks[index], tick, every));
  const last = ticks.at(-1) ?? Math.min(...shifts.map(({ from }) => from));
  const missing = [...gaps, ...between(last, Math.max(...shifts.map(({ until }) => until)), every)];
  return missing
    .filter((tick) => covering(tick).some(({ pid }) => isAwake(tick, pid)))
    .map((tick) => `${recurring} ${new Date(tick).toISOString()}`);
}

function between(from, to, every) {
  const ticks = [];
  for (let tick = from + every; tick < to; tick += every) ticks.push(tick);
  return ticks;
}
