import type { Adoption, StoredEntry } from '../../scheduling/stored-entry.js';
import { HIGHEST, kindOf, optionsOf } from './entry-fields.js';
import type { Argument } from './redis-access.js';

/** Of each entry, in the order in which they were given. */
export type AdoptAnswer = (['adopted' | 'known'] | ['conflict', string])[];

/** In the order in which the script reads them. */
export function adoptArguments(entries: readonly StoredEntry[]): Argument[] {
  const args: Argument[] = [entries.length];
  for (const entry of entries) {
    const { id, queue, runAt, state, key = '', holdsKey, parked } = entry;
    const fields = Object.entries(fieldsOf(entry)).flat();
    args.push(id, queue, runAt, state, kindOf(entry), key, holdsKey ? 1 : 0);
    args.push(parked?.reason ?? '', parked?.text ?? '', fields.length, ...fields);
  }
  return args;
}

export function toAdoption(entries: readonly StoredEntry[], answer: AdoptAnswer): Adoption {
  const those = (what: AdoptAnswer[number][0]) =>
    entries.flatMap(({ id }, index) => (answer[index]![0] === what ? [id] : []));
  const conflicts = entries.flatMap(({ id, key = '' }, index) => {
    const [what, holder = ''] = answer[index]!;
    return what === 'conflict' ? [{ id, key, holder }] : [];
  });
  return { adopted: those('adopted'), known: those('known'), conflicts };
}

/** What stands in its hash whatever state it is in. */
function fieldsOf(entry: StoredEntry): Record<string, Argument> {
  const { name, command, data, scheduledAt, priority, attempt, startedAt, progress, lastError } = entry;
  return {
    name: command?.name ?? name,
    data,
    opts: optionsOf(entry),
    timestamp: scheduledAt,
    priority: HIGHEST - priority,
    ...(attempt > 0 && { attempt, ats: attempt, atm: attempt }),
    ...(startedAt !== undefined && { processedOn: startedAt }),
    ...(progress && { progress: JSON.stringify(progress) }),
    ...(lastError && errorFields(lastError)),
  };
}

function errorFields({
  name,
  message,
  stack = '',
  ...failures
}: NonNullable<StoredEntry['lastError']>): Record<string, Argument> {
  return {
    errorName: name,
    failedReason: message,
    stacktrace: JSON.stringify([stack]),
    failures: JSON.stringify(failures),
  };
}
