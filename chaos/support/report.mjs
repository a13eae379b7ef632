const SUMS = [
  'kills',
  'outages',
  'acknowledged',
  'run',
  'lost',
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
    ...Object.fromEntries(SUMS.map((key) => [key, sum(key)])),
    longestRecovery: longest('longestRecovery'),
    longestReturn: longest('longestReturn'),
    longestRefusal: longest('longestRefusal'),
    problems: rounds.flatMap(({ problems }, index) => problems.map((text) => ({ round: index + 1, text }))),
  };
}

const COLUMNS = {
  fault: ({ engine, fault }) => `${engine}: ${fault}`,
  rounds: ({ rounds }) => rounds,
  'kills / outages': ({ kills, outages }) => `${kills} / ${outages}`,
  acknowledged: ({ acknowledged }) => acknowledged,
  run: ({ run }) => run,
  lost: ({ lost }) => lost,
  'run twice (with reason: server gone / without)': (one) =>
    `${one.runTwiceWithReason}: ${one.runTwiceServerGone} / ${one.runTwiceWithoutReason}`,
  'claims shared': ({ sharedClaims }) => sharedClaims,
  stuck: ({ stuck }) => stuck,
  'longest recovery': ({ longestRecovery }) => `${longestRecovery} ms`,
  // From when the server was back until the first attempt; and how long a caller waited for the refusal.
  'back at work / refused within': ({ outages, longestReturn, longestRefusal }) =>
    outages > 0 ? `${longestReturn} ms / ${longestRefusal} ms` : '-',
  integrity: ({ damages, broken }) => (damages > 0 ? `${damages} damages` : broken > 0 ? 'not known' : 'ok'),
};

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
