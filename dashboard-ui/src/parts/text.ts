const NUMBER = new Intl.NumberFormat('en');
const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR;

export const number = (value: number) => NUMBER.format(value);

export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** Local date and time, to the second. */
export const absolute = (time: Date) => DATE_TIME.format(time);
export const clock = (time: Date) => CLOCK.format(time);

/** `in 5 min`, `3 h ago`; a date once it is far. */
export function relative(time: number, now: number): string {
  const distance = Math.abs(time - now);
  if (distance < SECOND) return 'now';
  if (distance > 60 * DAY_MS) return `${time > now ? 'on ' : ''}${DAY.format(time)}`;
  return time > now ? `in ${span(distance)}` : `${span(distance)} ago`;
}

/** `850 ms`, `12 s`, `4 min`, `3 h`, `2 days` */
export function span(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 90 * SECOND) return `${Math.floor(ms / SECOND)} s`;
  if (ms < 90 * MINUTE) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 36 * HOUR) return `${Math.floor(ms / HOUR)} h`;
  return count(Math.floor(ms / DAY_MS), 'day');
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
