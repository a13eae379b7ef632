import type { SQLInputValue } from 'node:sqlite';

/** By what a statement names the rows that it is for: entries that were scheduled together lie in one piece. */
export const THESE = 'seq IN (SELECT value FROM json_each(?))';
export const BETWEEN = 'seq BETWEEN ? AND ?';

/** The same statement, with each of them. */
interface ForRows {
  readonly these: string;
  readonly between: string;
}

/** The statement that takes the least for these rows, at least one, and its values: what a range takes is half. */
export function forRows(
  sql: ForRows,
  values: readonly SQLInputValue[],
  seqs: readonly number[],
  after: readonly SQLInputValue[] = [],
): [sql: string, ...SQLInputValue[]] {
  const first = Math.min(...seqs);
  const last = Math.max(...seqs);
  if (last - first === seqs.length - 1) return [sql.between, ...values, first, last, ...after];
  return [sql.these, ...values, JSON.stringify(seqs), ...after];
}
