/** What a timer, and the clocks of two processes on one machine, may be apart, in ms. */
const ACCURACY = 20;

/** Between a claim and the start of its attempt the clock may be set back: so long after that it says nothing, in ms. */
const DOUBTFUL = 1_000;

/**
 * Entries that began before their time.
 *
 * @param isOneClock whether the store has no clock but that of the machine: then its time counts, whatever it is set to.
 *   Else the one that nobody can set does.
 */
export function findEarly({ promises, attempts, clockSets }, isOneClock) {
  const isDoubtful = ({ start }) => clockSets.some((at) => at <= start && start <= at + DOUBTFUL);

  return promises.flatMap(({ entry, due, dueByClock }) => {
    const [first] = attempts.get(entry) ?? [];
    if (!first || (isOneClock && isDoubtful(first))) return [];
    const left = isOneClock ? dueByClock - first.clock : due - first.start;
    return left > ACCURACY ? [`${entry}, by ${Math.round(left)} ms`] : [];
  });
}
