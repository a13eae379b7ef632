const SUMS = [
  'kills',
  'outages',
  'acknowledged',
  'run',
  'lost',
  'early',
  'runTwiceWithReason',
  'runTwiceServerGone',
  'runTwiceWithoutReason',
  'sharedClaims',
  'stuck',
  'damages',
  'refused',
];

/** All rounds of a fault as one. Of those that could not be played only that is known. */
export function summary({ engine, fault, seed, rounds }) {
  const sum = (key) => rounds.reduce((total, round) => total + (round[key] ?? 0), 0);
  const longest = (key) => Math.round(Math.max(0, ...rounds.map((round) => round[key] ?? 0)));
  return {
    engine: engine.name,
    fault: fault.name,
    seed,
    rounds: rounds.length,
    broken: rounds.filter(({ kills }) => kills === undefined).length,
    isRuined: rounds.some(({ isRuined }) => isRuined),
    ...Object.fromEntries(SUMS.map((key) => [key, sum(key)])),
    longestRecovery: longest('longestRecovery'),
    longestReturn: longest('longestReturn'),
    longestNotice: longest('noticed'),
    longestRefusal: longest('longestRefusal'),
    problems: rounds.flatMap(({ problems }, index) => problems.map((text) => ({ round: index + 1, text }))),
  };
}

/** Of a store that was ruined on purpose. */
const promised = (value) => (one) => (one.isRuined ? 'not promised' : value(one));

const COLUMNS = {
  fault: ({ engine, fault }) => `${engine}: ${fault}`,
  rounds: ({ rounds }) => rounds,
  'kills / outages': ({ kills, outages }) => `${kills} / ${outages}`,
  acknowledged: ({ acknowledged }) => acknowledged,
  run: ({ run }) => run,
  lost: promised(({ lost }) => lost),
  early: promised(({ early }) => early),
  'run twice (with reason: server gone / without)': promised(
    (one) => `${one.runTwiceWithReason}: ${one.runTwiceServerGone} / ${one.runTwiceWithoutReason}`,
  ),
  'claims shared': promised(({ sharedClaims }) => sharedClaims),
  stuck: promised(({ stuck }) => stuck),
  'longest recovery': promised(({ longestRecovery }) => `${longestRecovery} ms`),
  // From when the server was back until the first attempt; and how long a caller waited for the refusal.
  'back at work / refused within': ({ outages, isRuined, longestNotice, longestReturn, longestRefusal }) => {
    if (outages === 0) return '-';
    return `${isRuined ? `noticed after ${longestNotice}` : longestReturn} ms / ${longestRefusal} ms`;
  },
  integrity: integrityOf,
};

function integrityOf({ damages, broken, isRuined, problems }) {
  if (broken > 0) return 'not known';
  if (isRuined) return problems.length > 0 ? 'ruined' : 'ruined, and told so';
  return damages > 0 ? `${damages} damages` : 'ok';
}

export function table(summaries) {
  const lines = [
    Object.keys(COLUMNS),
    ...summaries.map((one) => Object.values(COLUMNS).map((cell) => cell(one))),
  ];
  const widths = Object.keys(COLUMNS).map((_, column) =>
    Math.max(...lines.map((cells) => String(cells[column]).length)),
  );
  const shown = lines.map((cells) => row(cells.map((cell, column) => String(cell).padEnd(widths[column]))));
  return [shown[0], row(widths.map((width) => '-'.repeat(width))), ...shown.slice(1)].join('\n');
}

const row = (cells) => `| ${cells.join(' | ')} |`;
