/** What a timer, and the clocks of two processes on one machine, may be apart, in ms. */
const ACCURACY = 20;

/**
 * Entries that began before their time.
 *
 * @param isOneClock whether the store has no clock but that of the machine: then its time counts, whatever it is set to.
 *   Else the one that nobody can set does.
 */
export function findEarly({ promises, attempts }, isOneClock) {
  return promises.flatMap(({ entry, due, dueByClock }) => {
    const [first] = attempts.get(entry) ?? [];
    if (!first) return [];
    const left = isOneClock ? dueByClock - first.clock : due - first.start;
    return left > ACCURACY ? [`${entry}, by ${Math.round(left)} ms`] : [];
  });
}
