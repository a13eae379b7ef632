const COLUMNS = ['case', 'ours', 'peer', 'ratio', 'peer is', 'unit'];

/** As Markdown, so that it can be copied into a document as it is. */
export function tableOf(rows) {
  const lines = rows.map((row) => [
    row.case,
    `${number(row.ours)} (${row.spread.ours.map(number).join(' to ')})`,
    `${number(row.peer)} (${row.spread.peer.map(number).join(' to ')})`,
    row.ratio.toFixed(2),
    row.peerName,
    row.unit,
  ]);
  const widths = COLUMNS.map((column, index) =>
    Math.max(column.length, ...lines.map((cells) => cells[index].length)),
  );
  const lineOf = (cells) => `| ${cells.map((cell, index) => cell.padEnd(widths[index])).join(' | ')} |`;
  return [lineOf(COLUMNS), lineOf(widths.map((width) => '-'.repeat(width))), ...lines.map(lineOf)].join('\n');
}

function number(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
