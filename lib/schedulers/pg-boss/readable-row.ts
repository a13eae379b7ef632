import { DEFAULT_ATTEMPTS } from '../../jobs/job-policy.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';

/** What somebody has edited by hand into something else must not keep a worker from all that lies behind it. */
type Fields = Readonly<Record<string, unknown>>;

/** The furthest that a `Date` can hold, in ms. */
const LAST_INSTANT = 8.64e15;
/** One below the most that a column of 32 bits holds: there is room to count on. */
export const MOST = 2_147_483_646;

/** The column `output` of `j` as an object: jsonb takes nothing out of anything else, but fails, and all with it. */
export const OUTPUT = `CASE WHEN jsonb_typeof(j.output) = 'object' THEN j.output ELSE '{}' END`;

/** Claims of `j` that do not count as attempts. */
export const SKIPPED = wholeNumber(`j.output -> 'skipped'`, 0);

/** The most attempts that there will be of `j`. */
export const ATTEMPTS = wholeNumber(`j.data -> 'attempts'`, DEFAULT_ATTEMPTS);

/** The claim after this one of `j`. */
export const NEXT_CLAIM = `least(j.retry_count, ${MOST}) + 1`;

/** When a parked entry of `j` is due: at once where that cannot be read. */
export const PARKED_RUN_AT = `to_timestamp(${number(`j.output -> 'parked' -> 'runAt'`, 0, LAST_INSTANT)}::float8 / 1000)`;

function wholeNumber(json: string, instead: number): string {
  return `${number(json, instead, MOST)}::int`;
}

function number(json: string, instead: number, most: number): string {
  return `(CASE WHEN jsonb_typeof(${json}) = 'number' THEN least(greatest((${json})::numeric, 0), ${most}) ELSE ${instead} END)`;
}

export function asObject(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function objectFrom(text: unknown): Fields {
  try {
    return asObject(JSON.parse(typeof text === 'string' ? text : 'null'));
  } catch {
    return {};
  }
}

export function textOr(value: unknown, instead: string): string {
  return typeof value === 'string' ? value : instead;
}

export function numberOr(value: unknown, instead: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : instead;
}

/** In ms, of what the server tells as a number, or where that is none in JSON, as text. */
export function timeOr(value: unknown, instead: number): number {
  const time = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
  return Number.isNaN(time) ? instead : Math.round(Math.max(-LAST_INSTANT, Math.min(LAST_INSTANT, time)));
}

export function commandFrom(value: unknown): StoredEntry['command'] {
  const { name, version } = asObject(value);
  return typeof name === 'string' ? { name, version: numberOr(version, 0) } : undefined;
}

export function errorFrom(value: unknown): StoredEntry['lastError'] {
  const { name, message, stack, attempt, at, earlier } = asObject(value);
  if (name === undefined && message === undefined) return undefined;
  return {
    name: textOr(name, 'Error'),
    message: textOr(message, 'The message of the error cannot be read.'),
    ...(typeof stack === 'string' && { stack }),
    ...(typeof attempt === 'number' && { attempt }),
    ...(typeof at === 'number' && { at }),
    ...(Array.isArray(earlier) && { earlier: earlier as [] }),
  };
}

export function progressFrom(value: unknown): StoredEntry['progress'] {
  const { fraction, note } = asObject(value);
  if (typeof fraction !== 'number') return undefined;
  return { fraction, ...(typeof note === 'string' && { note }) };
}

/** Whatever it is: what is there parks the entry. */
export function parkedFrom(
  value: unknown,
): (NonNullable<StoredEntry['parked']> & { runAt: unknown }) | undefined {
  if (value === undefined) return undefined;
  const { reason, text, runAt } = asObject(value);
  if ((reason !== 'unknown' && reason !== 'refused') || typeof text !== 'string')
    return { reason: 'unknown', text: 'Why it is parked cannot be read.', runAt };
  return { reason, text, runAt };
}
