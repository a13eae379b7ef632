import { DuplicateJobKeyError, SchedulerUnavailableError } from '../../scheduling/scheduling.errors.js';
import type { InsertResult, NewEntry } from '../../scheduling/stored-entry.js';
import { type EntryFields, toArguments, toEntry } from './entry-fields.js';
import type { Argument } from './redis-access.js';

export type InsertAnswer =
  | ['late' | 'passed', now: string]
  | ['refused', now: string, number, string]
  | [
      'stored',
      now: string,
      ...([number, 'kept' | 'rejected', string] | [number, 'replaced', ...EntryFields])[],
    ];

/** @param deadline by the server's clock: a call that was given up by then is not carried out later. */
export function insertArguments(
  entries: readonly NewEntry[],
  mode: 'all' | 'each',
  deadline: number,
): Argument[] {
  const args: Argument[] = [deadline, mode, entries.length];
  for (const entry of entries) args.push(...toArguments(entry));
  return args;
}

/** Of each entry its own result. @throws {DuplicateJobKeyError} where one refusal means that nothing was stored. */
export function insertResults(entries: readonly NewEntry[], answer: InsertAnswer): (InsertResult | Error)[] {
  if (answer[0] === 'refused') throw DuplicateJobKeyError.of(entries[answer[2] - 1]!.key!, answer[3]);
  if (answer[0] !== 'stored') {
    throw new SchedulerUnavailableError('Redis was busy or away for too long: nothing was stored.');
  }
  const results: (InsertResult | Error)[] = entries.map(({ id }) => ({ id, inserted: true }));
  const [, , ...exceptions] = answer;
  for (const [place, what, ...rest] of exceptions) {
    const index = place - 1;
    const { id, key } = entries[index]!;
    if (what === 'kept') results[index] = { id: rest[0]!, inserted: false };
    else if (what === 'rejected') results[index] = DuplicateJobKeyError.of(key!, rest[0]!);
    else results[index] = { id, inserted: true, replaced: toEntry(rest) };
  }
  return results;
}
