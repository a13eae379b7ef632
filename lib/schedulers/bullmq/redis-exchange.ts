import type { StoredEntry } from '../../scheduling/stored-entry.js';
import type { Outcome } from '../../jobs/outcome.js';
import type { Demand, Exchange, Settlement } from '../../worker/work-source.js';
import { type EntryFields, toEntry } from './entry-fields.js';
import type { Argument } from './redis-access.js';

/** The server's time; whether the worker still has its place; what ended; what was claimed and parked; the next time. */
export type ExchangeAnswer = [
  string,
  'here' | 'gone',
  ('told' | 'cancelled' | '')[],
  EntryFields[],
  EntryFields[],
  string,
];

export function exchangeArguments(
  worker: string,
  settlements: readonly Settlement[],
  { shared, own, most }: Demand,
  queues: readonly string[],
): Argument[] {
  const args: Argument[] = [worker, settlements.length];
  for (const settlement of settlements) args.push(...endOf(settlement));
  const limits = [
    ...[...own].map(([queue, free]) => [queue, 'own', free]),
    ...[...most].map(([queue, free]) => [queue, 'most', free]),
  ];
  args.push(shared, limits.length, ...limits.flat(), ...queues);
  return args;
}

/** Whose claim, and what the attempt came to: a time, and up to four texts. */
function endOf({ claim, result: { entry, outcome } }: Settlement): Argument[] {
  const { id, queue } = entry;
  const end = (runAt: number | '' = '', first = '', second = '', third = '', fourth = '') => [
    queue,
    id,
    claim,
    outcome.type,
    runAt,
    first,
    second,
    third,
    fourth,
  ];
  switch (outcome.type) {
    case 'retrying':
    case 'failed': {
      const { name, message, stack, ...more } = outcome.error;
      const runAt = outcome.type === 'retrying' ? outcome.runAt : '';
      return end(runAt, name, message, stack, JSON.stringify(more));
    }
    case 'snoozed':
      return end(outcome.runAt);
    case 'parked':
      return end('', outcome.reason, outcome.text);
    default:
      return end();
  }
}

export function toExchange(
  settlements: readonly Settlement[],
  [, , settled, claimed, parked, next]: ExchangeAnswer,
): Exchange {
  return {
    settled: settlements.map(({ result: { outcome } }, index): Outcome | undefined => {
      const what = settled[index];
      if (what === 'told') return outcome;
      return what === 'cancelled' ? { type: 'cancelled' } : undefined;
    }),
    claimed: claimed.map(toEntry),
    parked: parked.map((fields): StoredEntry => toEntry(fields)),
    ...(next !== '' && { nextAt: Number(next) }),
  };
}
