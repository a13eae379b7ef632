/**
 * @typedef {Record<string, number>} Figures by the name of what was measured, such as `p99`; `''` where there is but one.
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {(size: number) => Promise<Figures>} measure one round, from nothing to nothing left behind
 *
 * @typedef {object} Benchmark
 * @property {string} name such as `sqlite.run`
 * @property {string} engine such as `sqlite`
 * @property {string} unit of its figures: with `/s` more is better, else less is
 * @property {{ full: number, quick: number }} sizes how much work a round is
 * @property {{ full: number, quick: number }} rounds
 * @property {Contestant} ours
 * @property {Contestant[]} peers
 *
 * @typedef {object} Row one figure of ours beside the same of one peer: medians of the rounds
 */

/**
 * Lets the contestants take turns, after a round each that does not count, and each time another one begins: what else
 * the machine does then falls on all of them.
 *
 * @param {Benchmark} benchmark
 * @param {{ quick: boolean, onProgress: (text: string) => void }} options
 * @returns {Promise<Row[]>}
 */
export async function takeTurns(benchmark, { quick, onProgress }) {
  const [size, rounds] = [benchmark.sizes, benchmark.rounds].map((one) => (quick ? one.quick : one.full));
  const contestants = [benchmark.ours, ...benchmark.peers];
  /** @type {Map<Contestant, Figures[]>} */
  const measured = new Map(contestants.map((one) => [one, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(turn + round) % contestants.length];
      onProgress(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${contestant.name}`);
      const figures = await contestant.measure(round === 0 ? Math.ceil(size / 5) : size);
      globalThis.gc?.();
      if (round > 0) measured.get(contestant).push(figures);
    }
  }
  return benchmark.peers.flatMap((peer) =>
    Object.keys(measured.get(peer)[0]).map((figure) => {
      const [ours, theirs] = [benchmark.ours, peer].map((one) => summaryOf(measured.get(one), figure));
      return {
        case: figure === '' ? benchmark.name : `${benchmark.name}.${figure}`,
        engine: benchmark.engine,
        ours: ours.median,
        peer: theirs.median,
        peerName: peer.name,
        unit: benchmark.unit,
        ratio: ours.median / theirs.median,
        rounds,
        size,
        spread: { ours: ours.spread, peer: theirs.spread },
      };
    }),
  );
}

function summaryOf(rounds, figure) {
  const values = rounds.map((one) => one[figure]).toSorted((a, b) => a - b);
  return { median: medianOf(values), spread: [values[0], values.at(-1)] };
}

function medianOf(sorted) {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which this part of all lies. */
export function quantile(values, part) {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** Runs it, and says how many a second that makes. */
export async function rateOf(count, run) {
  const began = performance.now();
  await run();
  return { '': count / ((performance.now() - began) / 1000) };
}
