import { printable } from '../../serialization/printable.js';
import type { Diagnosis, Finding } from './examination.js';

const HEADINGS = ['definition', 'stored', 'pending', 'runs as', 'refused', 'unknown'];

/** For a terminal: a table, the reasons below it, and the verdict as the last line. */
export function reportOf({ scheduler, findings, totals }: Diagnosis): string[] {
  const { pending, recurring, refused, unknown } = totals;
  if (findings.length === 0) return [`${scheduler}: nothing is pending.`];
  return [
    ...tableOf([HEADINGS, ...findings.map(rowOf)]),
    ...findings.flatMap(reasonsOf),
    '',
    refused + unknown === 0
      ? `All ${count(pending)} pending entries and ${count(recurring)} recurring jobs run on this build.`
      : `Of ${count(pending)} pending entries and ${count(recurring)} recurring jobs this build would park ` +
        `${count(refused + unknown)}: ${count(refused)} refused, ${count(unknown)} unknown.`,
  ];
}

function rowOf({ name, version, isCommand, pending, runsAs, refused, unknown }: Finding): string[] {
  return [
    isCommand ? `${name} (command)` : name,
    `v${version}`,
    count(pending),
    runsAs === undefined ? '-' : `v${runsAs}`,
    count(refused),
    count(unknown),
  ];
}

function reasonsOf({ name, version, reasons }: Finding): string[] {
  return reasons.flatMap(({ text, count: times, examples }) => [
    '',
    `${name} v${version}, ${count(times)} of them: ${printable(text)}`,
    `  ${examples.join(', ')}${times > examples.length ? ', ...' : ''}`,
  ]);
}

function tableOf(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => printable(row[column]!).length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? printable(cell).padEnd(widths[0]!) : cell.padStart(widths[column]!),
      )
      .join('  '),
  );
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
